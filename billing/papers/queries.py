"""The papers of what there is. A customer's own actor gets only its own."""

from datetime import UTC, date, datetime, time

from billing.credit_notes.queries import get_credit_note
from billing.customers.queries import get_customer_row
from billing.database import Row
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.invoices.queries import get_invoice_row, invoice_numbers
from billing.papers.credit_note import credit_note_paper
from billing.papers.errors import PaymentNotReceived
from billing.papers.invoice import invoice_paper
from billing.papers.paper import Paper
from billing.papers.receipt import receipt_paper
from billing.papers.statement import statement_paper
from billing.payments.models import RECEIVED
from billing.payments.queries import get_payment, refunds_of
from billing.phrases import Code
from billing.reports.statement import Statement, customer_statement
from billing.reports.statement_balances import StatementTooLong
from billing.seller import current_seller

MOST_LINES = 1_000
"""Of a statement."""


def get_invoice_paper(invoice_id: str) -> Paper:
    """The invoice; a draft is marked as one. Raises InvoiceNotFound."""
    invoice = get_invoice_row(invoice_id)
    seller, customer = _parties(invoice, invoice["customer_id"])
    return Paper(
        name=invoice.get("number") or invoice_id,
        data=invoice_paper(invoice, seller, customer),
        created=invoice.get("finalized_at") or invoice["created_at"],
        logo=seller.get("logo"),
    )


def get_credit_note_paper(credit_note_id: str) -> Paper:
    """The credit note. Raises CreditNoteNotFound."""
    note = get_credit_note(credit_note_id).row()
    invoice = get_invoice_row(note["invoice_id"]) if note.get("invoice_id") else None
    seller, customer = _parties(invoice, note["customer_id"])
    return Paper(
        name=note["number"],
        data=credit_note_paper(note, invoice, seller, customer),
        created=note["created_at"],
        logo=seller.get("logo"),
    )


def get_receipt(payment_id: str) -> Paper:
    """The receipt of a payment that came in. Raises PaymentNotFound and PaymentNotReceived."""
    payment = get_payment(payment_id).row()
    if payment["status"] not in RECEIVED:
        raise PaymentNotReceived(
            "This payment is %(status)s: there is no receipt of it.", status=Code(payment["status"])
        )
    invoice = get_invoice_row(payment["invoice_id"])
    seller, customer = _parties(invoice, payment["customer_id"])
    refunds = refunds_of([payment_id]).get(payment_id, [])
    data = receipt_paper(payment, refunds, invoice, seller, customer)
    return Paper(
        name=f"{data['title']} {data['number']} {payment['paid_date']}",
        data=data,
        created=payment["created_at"],
        logo=seller.get("logo"),
    )


def get_statement_paper(
    customer_id: str,
    first: date | None = None,
    last: date | None = None,
    currency: str | None = None,
) -> Paper:
    """The statement of a customer from `first` to `last`, both included; see customer_statement
    for what is left out. Raises CustomerNotFound, Invalid and StatementTooLong."""
    statement = customer_statement(customer_id, first, last, currency)
    _check_length(statement)
    customer = customer_snapshot(statement.customer.row())
    seller = seller_snapshot(current_seller())
    moves = [move for balance in statement.balances for move, _ in balance.lines]
    numbers = invoice_numbers([move.invoice_id for move in moves if move.invoice_id])
    data = statement_paper(statement, numbers, seller, customer)
    return Paper(
        name=f"{data['title']} {statement.last.isoformat()}",
        data=data,
        created=datetime.combine(statement.last, time(), UTC),
        logo=seller.get("logo"),
    )


def _check_length(statement: Statement) -> None:
    """The memory that setting takes grows with each line."""
    if sum(len(balance.lines) for balance in statement.balances) > MOST_LINES:
        raise StatementTooLong(
            "A PDF has at most %(most)s lines; ask for a shorter time.",
            most=MOST_LINES,
            field="from",
        )


def _parties(invoice: Row | None, customer_id: str) -> tuple[Row, Row]:
    """Seller and customer as they were when the invoice was issued, else as they are."""
    of = invoice or {}
    seller = of.get("seller") or seller_snapshot(current_seller())
    customer = of.get("customer") or customer_snapshot(get_customer_row(customer_id))
    return seller, customer
