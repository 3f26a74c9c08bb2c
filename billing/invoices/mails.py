"""Mail about an invoice, to its customer."""

from typing import Any

from billing.customers.models import Customer
from billing.invoices.models import Invoice
from billing.mail.outbox import Attached, is_address, queue_mail
from billing.seller import current_seller

SETTINGS = {
    "receipt": "receipts",
    "reminder": "reminders",
    "final_notice": "reminders",
    "payment_failed": "reminders",
}
"""By kind the setting of the seller that decides whether it is sent by itself."""


def queue_about(
    kind: str,
    invoice: Invoice,
    customer: Customer,
    *,
    to: str | None = None,
    document: Attached | None = None,
    once: str | None = None,
    **facts: Any,
) -> str:
    """Queue a mail of `kind` with the invoice's number and these facts; its id.

    It goes to the customer's address, with copies to the contacts, unless `to` names another; with
    the invoice's PDF unless `document` is another one. Raises AddressUnusable.
    """
    return queue_mail(
        kind,
        to=to or customer.email,
        language=customer.preferences.locale,
        facts={"name": customer.name, "number": invoice.number or "", **facts},
        customer_id=customer.id,
        about=invoice.id,
        document=document or ("invoice", invoice.id),
        once=once,
        copies=[] if to else [contact.email for contact in customer.contacts],
    )


def notify(
    kind: str,
    invoice: Invoice,
    customer: Customer,
    *,
    once: str,
    document: Attached | None = None,
    **facts: Any,
) -> None:
    """Queue a mail that nobody asked for, unless settings or customer want none of its kind."""
    is_on = dict(current_seller()["mails"])[SETTINGS[kind]]
    if is_on and is_wanted(customer.preferences.invoice_delivery, customer.email):
        queue_about(kind, invoice, customer, document=document, once=once, **facts)


def is_wanted(invoice_delivery: str, email: str | None) -> bool:
    """Whether a customer gets mail by itself. What brings it about must not fail for an address
    that cannot be used."""
    return invoice_delivery == "email" and is_address(email or "")


def amount_facts(invoice: Invoice) -> dict[str, Any]:
    """`amount`, what is due, and until when; for one that is settled what it came to."""
    if not invoice.amount_due:
        return {"amount": [invoice.total, invoice.currency]}
    due = {"due_date": invoice.due_date.isoformat()} if invoice.due_date else {}
    return {"amount": [invoice.amount_due, invoice.currency], **due}
