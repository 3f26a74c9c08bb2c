"""Asking the provider for a stored refund, and writing down what became of it, once."""

from billing.credit_notes.models import CreditNote
from billing.credit_notes.queries import credit_notes_of, get_credit_note
from billing.customers.credit import add_credit
from billing.events.journal import update
from billing.payments.models import Refund
from billing.payments.providers import get_provider
from billing.payments.providers.base import Order, Outcome, ProviderUnreachable
from billing.payments.queries import get_payment, get_refund, received_on
from billing.transactions import operation, refuse_transaction


def send_refund(refund_id: str) -> Refund:
    """Ask the provider, which pays back once per refund; still pending when no answer comes."""
    refuse_transaction("asking a payment provider")
    refund = get_refund(refund_id)
    order = Order(refund.id, refund.amount, refund.currency, refund.payment_id)
    try:
        outcome = get_provider(refund.provider).refund(order)
    except ProviderUnreachable:
        return refund
    return settle_refund(refund_id, outcome)


@operation
def settle_refund(refund_id: str, outcome: Outcome) -> Refund:
    """Settle a refund once. One that failed gives back what it had set aside; if a credit note
    wanted it, or counted on it, the customer has credit instead."""
    refund = get_refund(refund_id)
    if refund.status != "pending" or outcome.status == "pending":
        return refund
    refund.status, refund.failure_code = outcome.status, outcome.failure_code
    refund.provider_reference = outcome.reference
    if outcome.status == "failed":
        _give_back(refund)
    update(refund, f"refund.{outcome.status}")
    return refund


def _give_back(refund: Refund) -> None:
    payment = get_payment(refund.payment_id)
    payment.refunded_amount -= refund.amount
    payment.status = "partially_refunded" if payment.refunded_amount else "succeeded"
    update(payment, "payment.refund_failed", reason=refund.failure_code)
    if refund.from_credit:
        _credit(refund, refund.from_credit, refund.credit_note_id)
    if refund.credit_note_id:
        _turn_to_credit(refund, get_credit_note(refund.credit_note_id), refund.amount)
    else:
        _correct_notes(refund)


def _correct_notes(refund: Refund) -> None:
    """A refund that no note wanted may have been counted by later ones, the newest first, as the
    money that they say went back."""
    missing = refund.amount - refund.from_credit - received_on(refund.invoice_id).returned
    for row in reversed(credit_notes_of(refund.invoice_id)):
        part = min(missing, row["returned_amount"]) if row["status"] != "void" else 0
        if part > 0:
            missing -= part
            note = get_credit_note(row["_id"])
            note.returned_amount -= part
            _turn_to_credit(refund, note, part)


def _turn_to_credit(refund: Refund, note: CreditNote, amount: int) -> None:
    """What the note says is refunded is the customer's credit instead."""
    note.refund_amount -= amount
    note.credit_amount += amount
    update(note, "credit_note.refund_failed", reason=refund.failure_code)
    _credit(refund, amount, note.id)


def _credit(refund: Refund, amount: int, credit_note_id: str | None) -> None:
    add_credit(
        refund.customer_id,
        refund.currency,
        amount,
        reason="refund_failed",
        payment_id=refund.payment_id,
        credit_note_id=credit_note_id,
    )
