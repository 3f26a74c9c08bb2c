"""Issuing a prepared credit note: its number, and what it does to the invoice and the customer."""

from billing.credit_notes.models import CreditNote
from billing.customers.credit import add_credit
from billing.events.journal import insert, update
from billing.invoices.models import Invoice
from billing.invoices.numbering import credit_note_series, take_numbers
from billing.invoices.recover import end_dunning, restore_subscription
from billing.seller import current_seller


def issue_credit_note(invoice: Invoice, note: CreditNote) -> None:
    """Store the note with the next number of its series; the money part by part.

    To be called inside a transaction, with an invoice loaded in it. What is to be refunded is the
    caller's: payments stand above credit notes. The invoice is always written, so that of two
    notes at once the second sees the first.
    """
    if note.credit_amount:
        add_credit(
            note.customer_id,
            note.currency,
            note.credit_amount,
            reason="credit_note",
            credit_note_id=note.id,
            invoice_id=invoice.id,
        )
    _take_off(invoice, note)
    # Last, so that the counter is held for as short as can be.
    series = credit_note_series(current_seller(), note.issue_date, invoice.test_clock_id)
    note.number = take_numbers([series])[0]
    insert(note, "credit_note.issued", reason=note.reason)


def _take_off(invoice: Invoice, note: CreditNote) -> None:
    was_payable = invoice.is_payable
    invoice.credited_total += note.total
    invoice.credit_note_total += note.due_reduction
    invoice.amount_due -= note.due_reduction
    if was_payable and invoice.amount_due == 0:
        invoice.status, invoice.paid_date = "paid", note.issue_date
        end_dunning(invoice)
        update(invoice, "invoice.paid")
        restore_subscription(invoice)
    else:
        update(invoice, "invoice.credited")
