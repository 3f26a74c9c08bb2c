"""The first page of staff: how the business stands."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from billing.reports.dashboard import overview
from portal.access import page

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/")
@page(audience="signed_in")
def index() -> ResponseReturnValue:
    """Counts, money due, the next run; each figure leads to the rows behind it."""
    if not current_user.is_staff:
        return redirect(url_for("account.index"), 303)
    return render_template("dashboard/index.html", overview=overview())
