"""A customer's own invoices: all that were issued, and one with how it came about."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.credit_notes.queries import credit_notes_of
from billing.invoices.queries import get_invoice, is_overdue, list_invoices
from billing.payments.queries import payments_of
from portal.access import page
from portal.listing import listing, respond

STATUSES = [
    ("", lazy("All")),
    ("open", lazy("Open")),
    ("paid", lazy("Paid")),
    ("void", lazy("Void")),
]


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    blueprint.add_url_rule("/invoices", "invoices", index)
    blueprint.add_url_rule("/invoices/<invoice_id>", "invoice", detail)


@page("read:invoices", audience="customer")
def index() -> ResponseReturnValue:
    """All of mine that were issued."""
    found = listing(list_invoices, "status")
    return respond(
        "account/invoices.html",
        "account/_invoices.html",
        found,
        statuses=STATUSES,
        is_overdue=is_overdue,
    )


@page("read:invoices", audience="customer")
def detail(invoice_id: str) -> ResponseReturnValue:
    """One of mine, with how each line came about."""
    found = get_invoice(invoice_id)
    return render_template(
        "account/invoice.html",
        invoice=found,
        overdue=is_overdue(found.row()),
        payments=payments_of(invoice_id),
        credit_notes=credit_notes_of(invoice_id),
    )
