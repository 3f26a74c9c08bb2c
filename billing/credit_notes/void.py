"""Taking back a credit note that should not have been."""

from billing import clock
from billing.credit_notes.errors import CreditNoteNotVoidable
from billing.credit_notes.inputs import VoidCreditNote
from billing.credit_notes.models import CreditNote
from billing.credit_notes.queries import get_credit_note
from billing.customers.credit import CreditInsufficient, add_credit
from billing.events.journal import update
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.phrases import Code, Phrase
from billing.transactions import operation


@operation
def void_credit_note(
    credit_note_id: str, data: VoidCreditNote | None = None, expected_revision: int | None = None
) -> CreditNote:
    """Void a note: what it took off is due again, the credit it gave is taken back.

    It keeps its number. Refused once money went back, once its invoice is paid by it, and once
    its credit was used. Raises CreditNoteNotFound, StaleRevision and CreditNoteNotVoidable.
    """
    note = get_credit_note(credit_note_id)
    note.check_revision(expected_revision)
    invoice = _invoice_of(note)
    if because := _because(note, invoice):
        raise CreditNoteNotVoidable(
            "This credit note cannot be voided: %(because)s.", because=because
        )
    _take_back_credit(note)
    invoice.credited_total -= note.total
    invoice.credit_note_total -= note.due_reduction
    invoice.amount_due += note.due_reduction
    note.status, note.voided_at = "void", clock.now()
    reason = data.reason if data else None
    update(note, "credit_note.voided", reason=reason)
    because = Phrase("%(number)s is void", number=note.number)
    update(invoice, "invoice.credit_revoked", reason=because)
    return note


def _invoice_of(note: CreditNote) -> Invoice:
    if note.invoice_id is None:
        raise CreditNoteNotVoidable("This credit note was imported without its invoice.")
    return get_invoice(note.invoice_id)


def _because(note: CreditNote, invoice: Invoice) -> Phrase | None:
    if note.status == "void":
        return Phrase("it is void already")
    if note.refund_amount:
        return Phrase("money was paid back with it")
    if note.due_reduction and not invoice.is_payable:
        return Phrase("its invoice is %(status)s", status=Code(invoice.status))
    return None


def _take_back_credit(note: CreditNote) -> None:
    if not note.credit_amount:
        return
    try:
        add_credit(
            note.customer_id,
            note.currency,
            -note.credit_amount,
            reason="credit_note_voided",
            credit_note_id=note.id,
            invoice_id=note.invoice_id,
        )
    except CreditInsufficient as error:
        raise CreditNoteNotVoidable(
            "This credit note cannot be voided: the customer has used its credit."
        ) from error
