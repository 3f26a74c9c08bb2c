"""A customer's statement: what was charged, paid and credited in a time, and what is owed then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from billing import clock
from billing.customers.credit import COLLECTION as CREDIT_ENTRIES
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.database import Row, streamed
from billing.errors import Invalid
from billing.payments.models import RECEIVED
from billing.phrases import Day
from billing.reports import statement_moves as moves
from billing.reports.statement_balances import Balance, balances
from billing.transactions import reading


@dataclass(frozen=True, slots=True)
class Statement:
    """Of the days from `first` (None: since the beginning) to `last`, both included."""

    customer: Customer
    first: date | None
    last: date
    balances: list[Balance]


@reading
def customer_statement(
    customer_id: str,
    first: date | None = None,
    last: date | None = None,
    currency: str | None = None,
) -> Statement:
    """The statement of a customer, until their today where `last` is left out, all of it as of one
    moment.

    Raises CustomerNotFound, Invalid for days that run backwards, and StatementTooLong.
    """
    customer = get_customer(customer_id)
    zone = customer.preferences.timezone
    until = last or clock.today(zone)
    if first and first > until:
        raise Invalid("from must not be after %(day)s.", day=Day(until.isoformat()), field="from")
    found = balances(_moves(customer_id, ZoneInfo(zone), currency), first, until)
    return Statement(customer, first, until, found)


def _moves(customer_id: str, zone: ZoneInfo, currency: str | None) -> Iterator[moves.Move]:
    """All that ever moved the balance, in no order."""
    theirs: Row = {"customer_id": customer_id, **({"currency": currency} if currency else {})}
    for row in streamed("invoices", {**theirs, "status": {"$ne": "draft"}}, _INVOICE):
        yield from moves.invoice_moves(row, zone)
    for row in streamed("payments", {**theirs, "status": {"$in": RECEIVED}}, _PAYMENT):
        yield from moves.payment_moves(row)
    for row in streamed("credit_notes", theirs, _NOTE):
        yield from moves.credit_note_moves(row, zone)
    for row in streamed("refunds", theirs, _REFUND):
        yield from moves.refund_moves(row)
    for row in streamed(CREDIT_ENTRIES, {**theirs, **_BY_HAND}):
        yield from moves.adjustment_moves(row, zone)


def _fields(*names: str) -> Row:
    return dict.fromkeys(("currency", "status", "created_at", *names), 1)


_INVOICE = _fields("number", "issue_date", "total", "finalized_at", "voided_at")
_PAYMENT = _fields("paid_date", "amount", "invoice_id")
_NOTE = _fields(
    *("number", "issue_date", "total", "invoice_id", "voided_at"),
    *("due_reduction", "credit_amount", "returned_amount"),
)
_REFUND = _fields("refund_date", "amount", "from_credit", "invoice_id", "credit_note_id")
_BY_HAND: Row = {"invoice_id": None, "credit_note_id": None, "payment_id": None}
