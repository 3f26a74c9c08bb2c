"""Coupons: what is taken off, for how long, and how often it may be given."""

from typing import Literal, get_args

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import CalendarDateField, Document
from billing.indexes import NEWEST, declare_indexes

COLLECTION = "coupons"
Duration = Literal["once", "repeating", "forever"]
DURATIONS: tuple[str, ...] = get_args(Duration)

declare_indexes(
    COLLECTION,
    NEWEST,
    IndexModel([("code_key", ASCENDING)], name="code_key", unique=True),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("name_key", ASCENDING), ("_id", ASCENDING)], name="by_name"),
    IndexModel([("search_terms", ASCENDING)], name="search"),
)

# What it gives, and under which code: fixed once it is made.
TERMS = ("code", "percent_off", "amount_off", "currency", "duration", "duration_cycles")


class Coupon(Document):
    """A coupon: `percent_off` (decimal text) or `amount_off` in smallest units of `currency`.

    `duration_cycles` counts invoices of a subscription; `redeem_by` is its last day.
    """

    meta = {"collection": COLLECTION}
    prefix = "cpn"

    code = me.StringField(required=True)
    code_key = me.StringField(required=True)
    name = me.StringField(required=True)
    percent_off = me.StringField()
    amount_off = me.IntField()
    currency = me.StringField()
    duration = me.StringField(required=True)
    duration_cycles = me.IntField()
    redeem_by = CalendarDateField()
    max_redemptions = me.IntField()
    times_redeemed = me.IntField(required=True, default=0)
    plan_ids = me.ListField(me.StringField())
    status = me.StringField(required=True, default="active")
    metadata = me.DictField()
    name_key = me.StringField()
    search_terms = me.ListField(me.StringField())

    @property
    def is_archived(self) -> bool:
        return bool(self.status == "archived")


def code_key(code: str) -> str:
    """What a code is found by: WELCOME and welcome are one."""
    return code.strip().casefold()
