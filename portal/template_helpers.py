"""What templates can call: portal.values, texts of documents, and what the reader may do."""

from typing import Any
from urllib.parse import quote

from flask import Flask, request
from flask_login import current_user

from billing.invoices.explain import explain_invoice
from billing.invoices.models import Invoice
from billing.kept_phrases import retold
from billing.payments.failures import failure
from billing.plans.line_words import line_said, line_words
from portal import values
from portal.languages.saying import own_words, said
from portal.navigation import navigation
from portal.repeats.act import fresh_key

_THEMES = {"light", "dark"}


def init_app(app: Flask) -> None:
    """Register the filters and globals."""
    filters = (
        own_words,
        retold,
        said,
        values.within,
        values.money,
        values.day,
        values.month,
        values.instant,
        values.clock,
        values.words,
        values.cycle,
        explained,
        line_text,
        credited_text,
        failure,
        values.quantity,
        values.percent,
        values.percentage,
        values.breaking,
        values.address_lines,
    )
    app.jinja_env.filters.update({function.__name__: function for function in filters})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_global(navigation)
    app.add_template_global(may)
    app.add_template_global(fresh_key)
    app.add_template_global(theme)
    app.add_template_global(here)


def explained(invoice: Invoice) -> dict[str, Any]:
    """How the invoice came about, see billing.invoices.explain."""
    return explain_invoice(invoice.row())


def line_text(line: Any) -> str:
    """What a line of an invoice is for, a document's or a row's; in the reader's words where they
    are Duebill's own."""
    return said(line_said(line if isinstance(line, dict) else line.to_mongo()))


def credited_text(line: Any, invoice: Invoice | None) -> str:
    """The same of a line of a credit note, by the line of the invoice that it gives back."""
    items, position = invoice.line_items if invoice else [], line["line"]
    kind = items[position].kind if position is not None and position < len(items) else None
    return said(line_words(kind, line["description"]))


def may(scope: str) -> bool:
    """Whether the reader has a scope: what they may not do is not offered."""
    return bool(current_user.is_authenticated and scope in current_user.actor.scopes)


def here() -> str:
    """The address of this page for coming back to it; a post leads back to the page of its form."""
    query = request.query_string.decode("ascii", "replace") if request.method == "GET" else ""
    return f"{quote(request.path)}?{query}".rstrip("?")


def theme() -> str | None:
    """The reader's choice of light or dark; None follows the system."""
    chosen = request.cookies.get("theme")
    return chosen if chosen in _THEMES else None
