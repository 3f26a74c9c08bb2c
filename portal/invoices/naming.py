"""What pages about one invoice call it, and where they lead back to."""

from flask import url_for
from flask_babel import gettext

from billing.customers.queries import get_customer
from billing.invoices.models import Invoice
from portal.values import money


def called(invoice: Invoice) -> str:
    """Its number, or what a draft is called within a sentence."""
    return str(invoice.number or gettext("this invoice"))


def due(invoice: Invoice) -> str:
    """What is still due, in words."""
    return money(invoice.amount_due, invoice.currency)


def whose(invoice: Invoice) -> str:
    """The name of its customer."""
    return str(get_customer(invoice.customer_id).name)


def url(invoice: Invoice) -> str:
    """The address of its page."""
    return url_for("invoices.detail", invoice_id=invoice.id)


def trail(invoice: Invoice) -> list[tuple[str, str]]:
    """The way back to it."""
    return [
        (gettext("Invoices"), url_for("invoices.index")),
        (invoice.number or gettext("Draft"), url(invoice)),
    ]
