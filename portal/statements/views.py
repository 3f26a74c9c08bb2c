"""Statements: a customer's for staff, and one's own."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from billing.actors import own_customer_id
from billing.customers.queries import get_customer
from billing.reports.statement_moves import Move
from portal.access import page
from portal.statements.shown import statement_page, title_of

blueprint = Blueprint("statements", __name__)
blueprint.add_app_template_filter(title_of, "statement_title")


@blueprint.get("/customers/<customer_id>/statement")
@page("read:invoices")
def detail(customer_id: str) -> ResponseReturnValue:
    """What a customer was charged, paid and was credited."""
    return statement_page("statements/detail.html", get_customer(customer_id), _document_url)


@blueprint.get("/account/statement")
@page("read:invoices", audience="customer")
def own() -> ResponseReturnValue:
    """What I was charged, paid and was credited."""
    customer = get_customer(own_customer_id() or abort(404))
    return statement_page("statements/own.html", customer, _own_document_url)


def _document_url(move: Move) -> str | None:
    """Where staff read the document."""
    if move.kind == "payment":
        return url_for("payments.detail", payment_id=move.id)
    if move.kind.startswith("credit_note"):
        return url_for("credit_notes.detail", credit_note_id=move.id)
    return _of_invoice("invoices.detail", move)


def _own_document_url(move: Move) -> str | None:
    """Where customers read it, or the invoice that it is about."""
    return _of_invoice("account.invoice", move)


def _of_invoice(endpoint: str, move: Move) -> str | None:
    return url_for(endpoint, invoice_id=move.invoice_id) if move.invoice_id else None
