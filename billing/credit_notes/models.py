"""Corrections of issued invoices: documents of their own, with a number series of their own."""

import mongoengine as me
from pymongo import ASCENDING, DESCENDING, IndexModel

from billing.documents import CalendarDateField, Document
from billing.indexes import NEWEST, declare_indexes

declare_indexes(
    "credit_notes",
    NEWEST,
    IndexModel([("invoice_id", ASCENDING), ("_id", DESCENDING)], name="invoice"),
    IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)], name="customer"),
    IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="status"),
    IndexModel([("number", ASCENDING)], name="number", unique=True),
)

STATUSES = ("issued", "void")


class CreditNote(Document):
    """A credit note on one invoice, in smallest units of its currency.

    total = due_reduction + refund_amount + credit_amount, and subtotal + the taxes on top of it.
    `lines` are rows {line, description, amount, tax_amount, taxes}: `line` is the position of the
    invoice's line, `amount` what comes off it before taxes on top, `taxes` its tax at each of the
    note's rates. `taxes` of the note are the invoice's rows with what comes off each.
    One that was imported may stand without its invoice, and its number outside of all series.
    `returned_amount` is the part of refund_amount that went back before the note.
    """

    meta = {"collection": "credit_notes"}
    prefix = "cn"

    number = me.StringField()
    invoice_id = me.StringField()
    customer_id = me.StringField(required=True)
    currency = me.StringField(required=True)
    status = me.StringField(required=True, default="issued")
    reason = me.StringField()
    issue_date = CalendarDateField(required=True)
    lines = me.ListField(me.DictField())
    taxes = me.ListField(me.DictField())
    subtotal = me.IntField(required=True, default=0)
    tax_total = me.IntField(required=True, default=0)
    total = me.IntField(required=True)
    due_reduction = me.IntField(required=True, default=0)
    refund_amount = me.IntField(required=True, default=0)
    credit_amount = me.IntField(required=True, default=0)
    returned_amount = me.IntField(required=True, default=0)
    voided_at = me.DateTimeField()
    imported_from = me.StringField()
