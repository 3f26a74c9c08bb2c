"""Mailing an invoice because somebody asked for it."""

from billing.customers.queries import get_customer
from billing.errors import Conflict
from billing.events.journal import record
from billing.invoices.errors import CustomerWithoutEmail, InvoiceNotSendable
from billing.invoices.inputs import SendInvoice
from billing.invoices.mails import amount_facts, queue_about
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.phrases import Code
from billing.transactions import operation


@operation
def send_invoice(
    invoice_id: str, data: SendInvoice | None = None, expected_revision: int | None = None
) -> Invoice:
    """Queue the invoice with its PDF; each call sends it once more.

    Raises InvoiceNotFound, StaleRevision, InvoiceNotSendable, CustomerWithoutEmail and
    AddressUnusable.
    """
    invoice = get_invoice(invoice_id)
    invoice.check_revision(expected_revision)
    customer = get_customer(invoice.customer_id)
    named = data.to if data else None
    to = named or customer.email
    if refusal := refusal_to_send(invoice, to, customer.name):
        raise refusal
    queue_about("invoice", invoice, customer, to=named, **amount_facts(invoice))
    record(invoice, "invoice.sent", changes={"to": [None, to]})
    return invoice


def refusal_to_send(invoice: Invoice, to: str | None, name: str) -> Conflict | None:
    """Why it cannot be mailed to the address `to` of the customer `name`, if so."""
    if not invoice.is_sendable:
        return InvoiceNotSendable(
            "This invoice is %(status)s; only an issued one is sent.", status=Code(invoice.status)
        )
    if not to:
        return CustomerWithoutEmail(
            "%(name)s has no email address. Say where to send it.", name=name
        )
    return None
