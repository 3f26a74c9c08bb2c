"""A statement as a page: of which days, its lines in words, and where each leads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing import clock
from billing.customers.models import Customer
from billing.errors import Invalid
from billing.reports.statement import Statement, customer_statement
from billing.reports.statement_moves import Move
from billing.seller import Seller, current_seller
from portal.languages.saying import said

Linked = Callable[[Move], str | None]


@dataclass(slots=True)
class StatementPage:
    """What was asked for, and the statement, or why there is none."""

    customer: Customer
    first: str
    last: str
    linked: Linked
    statement: Statement | None = None
    error: str = ""
    seller: Seller = field(default_factory=current_seller)

    def spans(self) -> list[tuple[str, str, bool]]:
        """Usual times: what each is called, its address, and whether it is the one shown."""
        today = clock.today(self.customer.preferences.timezone)
        return [
            (label, url_for_days(first, last), (self.first, self.last) == (first, last))
            for label, first, last in _usual(today)
        ]


def statement_page(template: str, customer: Customer, linked: Linked) -> ResponseReturnValue:
    """The page of the days in the address, the last three months where it names none."""
    today = clock.today(customer.preferences.timezone)
    _, first, last = _usual(today)[0]
    shown = StatementPage(
        customer, request.args.get("from", first)[:40], request.args.get("to", last)[:40], linked
    )
    try:
        days = _day(shown.first, "from"), _day(shown.last, "to")
        shown.statement = customer_statement(customer.id, *days)
    except Invalid as error:
        shown.error = said(error.message)
    return render_template(template, shown=shown, customer=customer), 422 if shown.error else 200


def url_for_days(first: str, last: str) -> str:
    """This page, of other days."""
    values: dict[str, Any] = {**(request.view_args or {}), "from": first, "to": last}
    return url_for(request.endpoint or "", **values)


def title_of(move: Move) -> str:
    """`Credit note CN-2026-000003 voided`."""
    name = _NAMES[move.kind]
    if move.kind == "credit_adjustment" and move.amount < 0:
        name = lazy("Credit taken back%(number)s")
    return str(name) % {"number": f" {move.number}" if move.number else ""}


_NAMES = {
    "invoice": lazy("Invoice%(number)s"),
    "invoice_voided": lazy("Invoice%(number)s voided"),
    "payment": lazy("Payment"),
    "credit_note": lazy("Credit note%(number)s"),
    "credit_note_voided": lazy("Credit note%(number)s voided"),
    "refund": lazy("Refund"),
    "credit_adjustment": lazy("Credit given"),
}


def _usual(today: date) -> list[tuple[str, str, str]]:
    """Three months, this month, the one before, this year, and everything; as ISO dates, empty
    where there is no bound."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    three = (before - timedelta(days=1)).replace(day=1)
    end = today.isoformat()
    return [
        (gettext("Three months"), three.isoformat(), end),
        (gettext("This month"), month.isoformat(), end),
        (gettext("Last month"), before.isoformat(), (month - timedelta(days=1)).isoformat()),
        (gettext("This year"), year.isoformat(), end),
        (gettext("Everything"), "", ""),
    ]


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise Invalid("Write days as 2026-01-31.", field=field) from None
