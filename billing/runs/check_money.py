"""Invariants 5 and 6: money that came in, went back, or stands as credit."""

from collections import Counter
from collections.abc import Iterator

from billing.database import Row, database, streamed
from billing.payments.models import RECEIVED
from billing.phrases import Code, Phrase
from billing.runs.check_join import Found, joined, units

_BATCH = 1000
_BY_INVOICE = ["applied_to_invoice", "negative_invoice", "invoice_voided"]
_UNSETTLED = {"draft", "void"}


def payments_match() -> Found:
    """6. What payments put to an invoice sums to its amount paid; none is without an invoice."""
    invoices = streamed("invoices", {}, {"amount_paid": 1}).sort("_id", 1)
    fields = dict.fromkeys(("invoice_id", "amount", "status", "credited_amount"), 1)
    payments = streamed("payments", {}, {**fields, "refunded_amount": 1}).sort("invoice_id", 1)
    for invoice_id, invoice, found in joined(invoices, payments, "invoice_id"):
        yield from (offence for payment in found for offence in _one_payment(payment))
        paid = sum(p["amount"] - p.get("credited_amount", 0) for p in found if _came_in(p))
        if invoice is None:
            yield invoice_id, Phrase("payments name it, but it does not exist")
        elif paid != invoice["amount_paid"]:
            template = "payments come to %(paid)s, the invoice says %(said)s"
            said = units(invoice["amount_paid"])
            yield invoice_id, Phrase(template, paid=units(paid), said=said)


def _came_in(payment: Row) -> bool:
    return payment["status"] in RECEIVED


def _one_payment(payment: Row) -> Found:
    amount, back = payment["amount"], payment.get("refunded_amount", 0)
    if not 0 <= payment.get("credited_amount", 0) <= amount:
        yield payment["_id"], Phrase("more of it became credit than came in")
    expected = "refunded" if back == amount else "partially_refunded" if back else "succeeded"
    if _came_in(payment) and payment["status"] != expected:
        template = "%(back)s of %(amount)s went back, yet it is %(status)s"
        status = Code(payment["status"])
        told = Phrase(template, back=units(back), amount=units(amount), status=status)
        yield payment["_id"], told
    if not 0 <= back <= (amount if _came_in(payment) else 0):
        yield payment["_id"], Phrase("more of it went back than came in")


def refunds_match() -> Found:
    """6. The refunds of a payment, those under way included, sum to what it says went back."""
    payments = streamed("payments", {}, {"refunded_amount": 1}).sort("_id", 1)
    fields = {"payment_id": 1, "amount": 1, "status": 1}
    refunds = streamed("refunds", {"status": {"$ne": "failed"}}, fields).sort("payment_id", 1)
    for payment_id, payment, found in joined(payments, refunds, "payment_id"):
        back = sum(refund["amount"] for refund in found)
        if payment is None:
            yield payment_id, Phrase("refunds name it, but it does not exist")
        elif back != payment.get("refunded_amount", 0):
            template = "refunds come to %(amount)s, the payment says otherwise"
            yield payment_id, Phrase(template, amount=units(back))


def credit_is_accounted_for() -> Found:
    """5. Credit granted less credit used is the balance, for each customer and currency."""
    held = {"credit_balances": {"$exists": True}}
    customers = streamed("customers", held, {"credit_balances": 1}).sort("_id", 1)
    for customer_id, customer, entries in joined(customers, _entries(), "customer_id"):
        balances = Counter((customer or {}).get("credit_balances") or {})
        balances.subtract({entry["currency"]: entry["amount"] for entry in entries})
        for currency, off in sorted(balances.items()):
            if off:
                template = "its credit in %(currency)s is %(off)s off what its entries sum to"
                yield customer_id, Phrase(template, currency=currency, off=units(off))
        yield from _negative(customer_id, customer or {})


def invoices_move_credit() -> Found:
    """5. The credit that an invoice says it used or gained was moved; of a void one, given back."""
    invoices = streamed("invoices", {}, {"credit_applied": 1, "status": 1}).sort("_id", 1)
    moved = {"reason": {"$in": _BY_INVOICE}, "invoice_id": {"$gt": ""}}
    entries = streamed("credit_entries", moved, {"invoice_id": 1, "amount": 1})
    ordered = entries.sort("invoice_id", 1).allow_disk_use(True)
    for invoice_id, invoice, found in joined(invoices, ordered, "invoice_id"):
        used = -sum(entry["amount"] for entry in found)
        if invoice is None:
            yield invoice_id, Phrase("credit was moved for it, but it does not exist")
        elif used != (0 if invoice["status"] in _UNSETTLED else invoice["credit_applied"]):
            template = "it used %(amount)s of credit, and says otherwise"
            yield invoice_id, Phrase(template, amount=units(used))


def _negative(customer_id: str, customer: Row) -> Found:
    for currency, balance in (customer.get("credit_balances") or {}).items():
        if balance < 0:
            yield customer_id, Phrase("its credit in %(currency)s is below zero", currency=currency)


def _entries() -> Iterator[Row]:
    """Credit entries summed by customer and currency, in the order of customers."""
    key = {"customer_id": "$customer_id", "currency": "$currency"}
    stages: list[Row] = [
        {"$group": {"_id": key, "amount": {"$sum": "$amount"}}},
        {"$sort": {"_id.customer_id": 1}},
    ]
    found = database().credit_entries.aggregate(stages, allowDiskUse=True, batchSize=_BATCH)
    for row in found:
        yield {**row["_id"], "amount": row["amount"]}
