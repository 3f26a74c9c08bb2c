"""Documents as PDF: shown by the browser, under a name to keep them by."""

from datetime import date

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from billing.actors import own_customer_id
from billing.errors import Invalid
from billing.papers.paper import Paper
from billing.papers.queries import (
    get_credit_note_paper,
    get_invoice_paper,
    get_receipt,
    get_statement_paper,
)
from portal.access import page

blueprint = Blueprint("papers", __name__)

# Browsers draw a PDF with a viewer of their own; nothing in it may load or run anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


@blueprint.get("/invoices/<invoice_id>/pdf")
@page("read:invoices")
def invoice(invoice_id: str) -> ResponseReturnValue:
    """An invoice, drafts too."""
    return _shown(get_invoice_paper(invoice_id))


@blueprint.get("/credit-notes/<credit_note_id>/pdf")
@page("read:invoices")
def credit_note(credit_note_id: str) -> ResponseReturnValue:
    """A credit note."""
    return _shown(get_credit_note_paper(credit_note_id))


@blueprint.get("/payments/<payment_id>/receipt")
@page("read:invoices")
def receipt(payment_id: str) -> ResponseReturnValue:
    """The receipt of a payment that came in."""
    return _shown(get_receipt(payment_id))


@blueprint.get("/customers/<customer_id>/statement/pdf")
@page("read:invoices")
def statement(customer_id: str) -> ResponseReturnValue:
    """A customer's statement, of the days `from` and `to` where they are given."""
    return _shown(get_statement_paper(customer_id, _day("from"), _day("to")))


@blueprint.get("/account/statement/pdf")
@page("read:invoices", audience="customer")
def own_statement() -> ResponseReturnValue:
    """My own."""
    own = own_customer_id() or abort(404)
    return _shown(get_statement_paper(own, _day("from"), _day("to")))


@blueprint.get("/account/invoices/<invoice_id>/pdf")
@page("read:invoices", audience="customer")
def own_invoice(invoice_id: str) -> ResponseReturnValue:
    """One of mine."""
    return _shown(get_invoice_paper(invoice_id))


@blueprint.get("/account/credit-notes/<credit_note_id>/pdf")
@page("read:invoices", audience="customer")
def own_credit_note(credit_note_id: str) -> ResponseReturnValue:
    """One of mine."""
    return _shown(get_credit_note_paper(credit_note_id))


@blueprint.get("/account/payments/<payment_id>/receipt")
@page("read:invoices", audience="customer")
def own_receipt(payment_id: str) -> ResponseReturnValue:
    """Of a payment of mine."""
    return _shown(get_receipt(payment_id))


def _day(name: str) -> date | None:
    """A day of the query; a blank one is none."""
    given = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Invalid("Enter dates such as 2026-01-31.", field=name) from None


def _shown(paper: Paper) -> Response:
    """The PDF; a browser that has it is only told so, and it is not even made."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "private, no-cache",
        "ETag": f'"{paper.key}"',
    }
    if request.if_none_match.contains_weak(paper.key):
        return Response(status=304, headers=headers)
    headers["Content-Disposition"] = paper.disposition("inline")
    return Response(paper.pdf(), headers=headers, content_type="application/pdf")
