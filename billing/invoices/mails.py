"""Mail about an invoice, to its customer."""

from typing import Any

from billing.customers.models import Customer
from billing.invoices.models import Invoice
from billing.mail.outbox import Attached, queue_mail


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

    It goes to the customer's address unless `to` names another, with the invoice's PDF unless
    `document` is another one. Raises AddressUnusable.
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
    )


def amount_facts(invoice: Invoice) -> dict[str, Any]:
    """`amount`, what is due, and until when; for one that is settled what it came to."""
    if not invoice.amount_due:
        return {"amount": [invoice.total, invoice.currency]}
    due = {"due_date": invoice.due_date.isoformat()} if invoice.due_date else {}
    return {"amount": [invoice.amount_due, invoice.currency], **due}
