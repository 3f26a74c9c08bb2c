"""The check of the books: begin one, watch it, see who offends."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.database import Row
from billing.runs.books_checks import check_status, get_check, list_checks, start_check
from portal.access import page
from portal.addresses import address_of
from portal.answers import form_page
from portal.checks.words import MEANINGS, rules_of, span
from portal.forms import InputForm
from portal.listing import listing, respond
from portal.runs.launch import launch
from portal.shell import htmx

blueprint = Blueprint("checks", __name__, url_prefix="/checks")
blueprint.add_app_template_filter(span)


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Past checks, and the button that begins one."""
    return _index(InputForm())


@blueprint.post("")
@page("write:invoices")
def start() -> ResponseReturnValue:
    """Begin a check in a process of its own, or look at the one that is under way."""
    form = InputForm()
    if begun := form.submit(lambda _: start_check()):
        row, is_new = begun
        if is_new:
            launch("portal.checks.process", row["_id"])
        return redirect(url_for(".detail", check_id=row["_id"]), 303)
    return _index(form)


@blueprint.get("/<check_id>")
@page("read:invoices")
def detail(check_id: str) -> ResponseReturnValue:
    """How far a check is, and what it found; the page asks again until it is done."""
    row = get_check(check_id)
    template = "checks/_check.html" if htmx and htmx.target == "check" else "checks/detail.html"
    return render_template(
        template,
        check=row,
        status=check_status(row),
        offences=[_offence(each) for each in row["offences"]],
        rules=rules_of(row),
        took=_took(row),
    )


def _offence(row: Row) -> Row:
    """With where to look, and what to do."""
    means = MEANINGS.get(row["rule"])
    url = address_of(row["object_id"])
    return {**row, "url": url, "remedy": means.remedy if means else ""}


def _took(row: Row) -> str:
    """How long the whole check took; empty before its end."""
    if not (end := row["finished_at"]):
        return ""
    return span(round(1000 * (end - row["created_at"]).total_seconds()))


def _index(form: InputForm) -> ResponseReturnValue:
    found = listing(list_checks)
    if form.alerts:
        return form_page(
            "checks/index.html", form, listing=found, status_of=check_status, took=_took
        )
    context: Row = {"form": form, "status_of": check_status, "took": _took}
    return respond("checks/index.html", "checks/_results.html", found, **context)
