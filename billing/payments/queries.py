"""Finding payments and refunds. A customer's own actor finds only its own."""

from collections import defaultdict
from datetime import date
from typing import Unpack

from billing.actors import own_customer_id
from billing.credit_notes.queries import credit_notes_of
from billing.credit_notes.settle import Received
from billing.customers.queries import find_customer_ids
from billing.database import Row, database
from billing.invoices.queries import get_invoice
from billing.pages import Page, PageArguments, PageRequest, days_between, paginate
from billing.payments.errors import PaymentNotFound
from billing.payments.models import Payment, Refund, applied_left

SORTS = {"created_at": "_id"}


def get_payment(payment_id: str) -> Payment:
    """The payment. Raises PaymentNotFound."""
    where: Row = {"_id": payment_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found: Payment | None = Payment.objects(__raw__=where).first()
    if found is None:
        raise PaymentNotFound("There is no such payment.")
    return found


def payments_of(invoice_id: str) -> list[Row]:
    """The payments on an invoice, oldest first, failed ones too. Raises InvoiceNotFound."""
    get_invoice(invoice_id)
    return list(database().payments.find({"invoice_id": invoice_id}).sort("_id", 1))


def has_payment_under_way(invoice_id: str) -> bool:
    """Whether a provider was asked for a payment of the invoice and has not answered."""
    where = {"invoice_id": invoice_id, "status": "pending"}
    return database().payments.find_one(where, {"_id": 1}) is not None


def list_payments(
    *,
    status: str | None = None,
    customer_id: str | None = None,
    invoice_id: str | None = None,
    paid_from: date | None = None,
    paid_before: date | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Payments, newest first; `q` is an id or finds those of matching customers.

    `paid_from` is inclusive, `paid_before` exclusive.
    """
    exact = {"status": status, "customer_id": customer_id, "invoice_id": invoice_id}
    clauses: list[Row] = [{name: value} for name, value in exact.items() if value is not None]
    clauses += days_between("paid_date", paid_from, paid_before)
    if q and q.strip().startswith("pay_"):
        clauses.append({"_id": q.strip()})
    elif q and q.strip():
        clauses.append({"customer_id": {"$in": find_customer_ids(q)}})
    if own := own_customer_id():
        clauses.append({"customer_id": own})
    where: Row = {"$and": clauses} if clauses else {}
    return paginate("payments", where, PageRequest(**page), sorts=SORTS)


def refunds_of(payment_ids: list[str]) -> dict[str, list[Row]]:
    """Each payment's refunds, oldest first, in one query."""
    found: dict[str, list[Row]] = defaultdict(list)
    where = {"payment_id": {"$in": payment_ids}}
    for row in database().refunds.find(where).sort([("payment_id", 1), ("_id", 1)]):
        found[row["payment_id"]].append(row)
    return dict(found)


def refunds_on(invoice_id: str) -> list[Row]:
    """The refunds of all payments of an invoice, oldest first, failed ones too."""
    return list(database().refunds.find({"invoice_id": invoice_id}).sort("_id", 1))


def pending_refunds_of(invoice_id: str, credit_note_id: str) -> list[str]:
    """Ids of the refunds that a credit note of the invoice wants and no provider has answered."""
    where = {"invoice_id": invoice_id, "credit_note_id": credit_note_id, "status": "pending"}
    return [row["_id"] for row in database().refunds.find(where, {"_id": 1}).sort("_id", 1)]


def get_refund(refund_id: str) -> Refund:
    """The refund. Raises PaymentNotFound."""
    where: Row = {"_id": refund_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found: Refund | None = Refund.objects(__raw__=where).first()
    if found is None:
        raise PaymentNotFound("There is no such refund.")
    return found


def received_on(invoice_id: str) -> Received:
    """What an invoice was paid and could still be paid back, and what went back unexplained."""
    payments = database().payments.find({"invoice_id": invoice_id})
    refunds = refunds_on(invoice_id)
    explained = sum(
        note["returned_amount"] for note in credit_notes_of(invoice_id) if note["status"] != "void"
    )
    returned = sum(
        refund["amount"] - refund["from_credit"]
        for refund in refunds
        if refund.get("credit_note_id") is None and refund["status"] != "failed"
    )
    return Received(sum(applied_left(row, refunds) for row in payments), returned - explained)
