"""The first page of staff: how the business stands."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from billing.reports.dashboard import overview
from billing.reports.revenue import KINDS, retention_of_year
from billing.webhooks.queries import count_failing
from portal.access import page
from portal.template_helpers import may

blueprint = Blueprint("dashboard", __name__)

BANDS = (
    ("not_due", lazy("Not due yet")),
    ("days_1_30", lazy("1 to 30 days")),
    ("days_31_60", lazy("31 to 60 days")),
    ("days_61_90", lazy("61 to 90 days")),
    ("days_over_90", lazy("More than 90 days")),
)


@blueprint.get("/")
@page(audience="signed_in")
def index() -> ResponseReturnValue:
    """Revenue, money due, the next run; each figure leads to the rows behind it."""
    if not current_user.is_staff:
        return redirect(url_for("account.index"), 303)
    found = overview()
    chosen, known = request.args.get("currency"), found["currencies"]
    currency = chosen if chosen in known else next(iter(known), None)
    months = found["months"].get(currency, [])
    return render_template(
        "dashboard/index.html",
        overview=found,
        currency=currency,
        months=months,
        retention=retention_of_year(months),
        kinds=KINDS,
        bands=BANDS,
        failing_webhooks=count_failing() if may("read:webhooks") else 0,
    )
