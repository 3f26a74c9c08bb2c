"""Redeeming a coupon: whether it may be, and counting that it was."""

from datetime import date
from typing import Any

from billing import clock
from billing.coupons.errors import (
    CouponArchived,
    CouponExpired,
    CouponNotApplicable,
    CouponUnknown,
    CouponUsedUp,
)
from billing.coupons.models import COLLECTION
from billing.coupons.queries import find_coupon_row
from billing.database import Row, database
from billing.foresight import is_only_foreseen
from billing.phrases import Day

FIELD = "coupon"


def check_coupon(
    code_or_id: str, plan_id: str | None, currency: str, *, on: date | None = None
) -> Row:
    """What a subscription would get of the coupon, without counting it.

    {coupon_id, code, name, percent_off, amount_off, currency, duration, remaining_cycles, since}
    `plan_id` is None for what is no subscription; `on` is the customer's today. Raises
    CouponUnknown, CouponArchived, CouponExpired, CouponUsedUp and CouponNotApplicable.
    """
    coupon = find_coupon_row(code_or_id)
    if coupon is None:
        raise CouponUnknown("There is no coupon %(code)s.", code=code_or_id, field=FIELD)
    _check(coupon, plan_id, currency, (on or clock.today()).isoformat())
    cycles = {"once": 1, "repeating": coupon.get("duration_cycles"), "forever": None}
    return {
        "coupon_id": coupon["_id"],
        "code": coupon["code"],
        "name": coupon["name"],
        "percent_off": coupon.get("percent_off"),
        "amount_off": coupon.get("amount_off"),
        "currency": coupon.get("currency"),
        "duration": coupon["duration"],
        "remaining_cycles": cycles[coupon["duration"]],
        "since": None,
    }


def redeem(code_or_id: str, plan_id: str | None, currency: str, *, on: date | None = None) -> Row:
    """Like check_coupon, and counted: to be called inside the redeemer's transaction."""
    granted = check_coupon(code_or_id, plan_id, currency, on=on)
    if is_only_foreseen():
        return granted
    where: dict[str, Any] = {
        "_id": granted["coupon_id"],
        "status": "active",
        "$or": [
            {"max_redemptions": None},
            {"$expr": {"$lt": ["$times_redeemed", "$max_redemptions"]}},
        ],
    }
    # The revision stays: a redemption is no change that somebody who edits the coupon must see.
    counted = {"$inc": {"times_redeemed": 1}}
    if not database()[COLLECTION].update_one(where, counted).modified_count:
        raise _used_up(granted)
    return granted


def _check(coupon: Row, plan_id: str | None, currency: str, today: str) -> None:
    code, last = coupon["code"], coupon.get("redeem_by")
    if coupon["status"] == "archived":
        raise CouponArchived(
            "The coupon %(code)s can no longer be redeemed.", code=code, field=FIELD
        )
    if last is not None and today > last:
        raise CouponExpired(
            "The coupon %(code)s could be redeemed until %(day)s.",
            code=code,
            day=Day(last),
            field=FIELD,
        )
    most = coupon.get("max_redemptions")
    if most is not None and coupon["times_redeemed"] >= most:
        raise _used_up(coupon)
    if coupon.get("plan_ids") and plan_id not in coupon["plan_ids"]:
        raise CouponNotApplicable("The coupon %(code)s is for other plans.", code=code, field=FIELD)
    if coupon.get("amount_off") is not None and coupon["currency"] != currency:
        raise CouponNotApplicable(
            "The coupon %(code)s is in %(own)s, not in %(currency)s.",
            code=code,
            own=coupon["currency"],
            currency=currency,
            field=FIELD,
        )


def _used_up(coupon: Row) -> CouponUsedUp:
    return CouponUsedUp(
        "The coupon %(code)s has been redeemed as often as it may be.",
        code=coupon["code"],
        field=FIELD,
    )
