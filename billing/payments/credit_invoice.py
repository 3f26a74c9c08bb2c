"""Crediting an invoice: the credit note, and the refunds that it makes.

Credit notes know nothing of payments, so this stands here, above both.
"""

from billing.credit_notes.inputs import CreditNoteInput
from billing.credit_notes.issue import issue_credit_note
from billing.credit_notes.models import CreditNote
from billing.credit_notes.prepare import prepare_credit_note
from billing.credit_notes.queries import get_credit_note
from billing.idempotency.in_stages import begun, note_begun
from billing.invoices.queries import get_invoice
from billing.payments.queries import (
    get_payment,
    payments_of,
    pending_refunds_of,
    received_on,
    refunds_on,
)
from billing.payments.refund import plan_refunds, start_refund
from billing.payments.settle_refund import send_refund
from billing.transactions import operation, reading


def create_credit_note(data: CreditNoteInput, expected_revision: int | None = None) -> CreditNote:
    """Issue a credit note, and pay back what it says is to be paid back.

    A refund that the provider refuses becomes credit. `expected_revision` is the invoice's.
    Raises InvoiceNotFound, StaleRevision and what prepare_credit_note raises.
    """
    note_id = begun() or _issue(data, expected_revision)
    note = get_credit_note(note_id)
    for refund_id in pending_refunds_of(note.invoice_id, note_id):
        send_refund(refund_id)
    return get_credit_note(note_id)


@reading
def preview_credit_note(data: CreditNoteInput) -> CreditNote:
    """The credit note that would be issued; nothing is written. Raises what issuing raises."""
    invoice = get_invoice(data.invoice_id)
    return prepare_credit_note(invoice, data, received_on(invoice.id))


@operation
def _issue(data: CreditNoteInput, expected_revision: int | None) -> str:
    invoice = get_invoice(data.invoice_id)
    invoice.check_revision(expected_revision)
    note = prepare_credit_note(invoice, data, received_on(invoice.id))
    to_pay_back = note.refund_amount - note.returned_amount
    plan = plan_refunds(payments_of(invoice.id), refunds_on(invoice.id), to_pay_back)
    for payment_id, part in plan:
        start_refund(get_payment(payment_id), part, reason=note.reason, credit_note_id=note.id)
    issue_credit_note(invoice, note)
    note_begun(note.id)
    return str(note.id)
