"""What the figures of the first page are made of, as lists and as tables for spreadsheets."""

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from billing.customers.queries import customer_names
from billing.money import to_major
from billing.plans.queries import plan_names
from billing.reports.figures import figures
from billing.reports.receivables import BANDS
from billing.reports.revenue import (
    KINDS,
    Month,
    list_earning,
    list_movements,
    month_of,
)
from portal.access import page
from portal.csv_answers import csv_answer
from portal.listing import listing, respond

blueprint = Blueprint("revenue", __name__, url_prefix="/revenue")


@blueprint.get("/movements")
@page("read:subscriptions")
def movements() -> ResponseReturnValue:
    """How the MRR moved, subscription by subscription."""
    found = listing(list_movements, "kind", "currency", "month", convert={"month": _month})
    rows = found.items
    return respond(
        "revenue/movements.html",
        "revenue/_movements.html",
        found,
        kinds=[("", lazy("All")), *((kind, kind.capitalize()) for kind in KINDS)],
        names=customer_names([row["customer_id"] for row in rows]),
        plans=plan_names([row["plan_id"] for row in rows]),
    )


@blueprint.get("/subscriptions")
@page("read:subscriptions")
def earning() -> ResponseReturnValue:
    """The subscriptions that the MRR of a currency is made of, the largest first."""
    found = listing(list_earning, "currency")
    rows = found.items
    return respond(
        "revenue/earning.html",
        "revenue/_earning.html",
        found,
        names=customer_names([row["customer_id"] for row in rows]),
        plans=plan_names([row["plan_id"] for row in rows]),
    )


@blueprint.get("/months.csv")
@page("read:subscriptions")
def months_csv() -> Response:
    """Each month's opening, movement and closing."""
    currency = request.args.get("currency", "")
    months = figures().months.get(currency) or abort(404)
    head = ["month", "currency", "opening", *KINDS, "closing", "retention_percent"]
    return csv_answer(f"mrr-{currency}", head, (_month_row(currency, m) for m in months))


def _month_row(currency: str, month: Month) -> list[str | None]:
    amounts = [month.opening, *(month.moved[kind] for kind in KINDS), month.closing]
    retention = None if month.retention is None else f"{float(month.retention) * 100:.1f}"
    shown = [to_major(amount, currency) for amount in amounts]
    return [month.start.isoformat()[:7], currency, *shown, retention]


@blueprint.get("/collected.csv")
@page("read:invoices")
def collected_csv() -> Response:
    """What came in, month by month."""
    currency = request.args.get("currency", "")
    months = figures().collected.get(currency) or abort(404)
    rows = (
        [
            month.start.isoformat()[:7],
            currency,
            to_major(month.received, currency),
            to_major(month.refunded, currency),
            to_major(month.kept, currency),
        ]
        for month in months
    )
    head = ["month", "currency", "received", "refunded", "kept"]
    return csv_answer(f"collected-{currency}", head, rows)


@blueprint.get("/ageing.csv")
@page("read:invoices")
def ageing_csv() -> Response:
    """What is due, by how long."""
    head = ["currency", "overdue", "invoices", "amount"]
    return csv_answer("ageing", head, _ageing_rows())


def _ageing_rows() -> Iterator[list[str | int]]:
    for each in figures().due.values():
        for band in BANDS:
            amount = to_major(each.amounts[band], each.currency)
            yield [each.currency, band, each.counts[band], amount]


def _month(text: str) -> date:
    try:
        return month_of(text)
    except ValueError:
        abort(404)
