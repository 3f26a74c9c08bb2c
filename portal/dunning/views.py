"""The dunning board: overdue invoices in columns, by how far their reminders have got."""

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.customers.queries import customer_names
from billing.database import Row
from billing.dunning.board import dunning_board, list_column
from billing.dunning.columns import column_keys
from billing.dunning.runs import dunning_run_status, last_dunning_run, start_dunning_run
from billing.seller import current_seller
from portal.access import page
from portal.answers import done, form_page
from portal.dunning import acting
from portal.dunning.words import card_of, column_note, column_title
from portal.forms import InputForm
from portal.listing import listing, respond
from portal.runs.launch import launch
from portal.shell import htmx

blueprint = Blueprint("dunning", __name__, url_prefix="/dunning")
acting.add_to(blueprint)


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """All columns with their first invoices; while dunning runs, how far it is."""
    if htmx and htmx.target == "dunning-run":
        return render_template("dunning/_run.html", **_last_run())
    return form_page("dunning/index.html", InputForm(), **_board())


@blueprint.get("/columns/<column>")
@page("read:invoices")
def column(column: str) -> ResponseReturnValue:
    """All invoices of one column, page by page."""
    if column not in column_keys():
        abort(404)
    found = listing(list_column, fixed={"column": column})
    found.noun = "invoices"
    rules = current_seller()["dunning"]
    return respond(
        "dunning/column.html",
        "dunning/_column.html",
        found,
        title=column_title(column, rules),
        note=column_note(column, rules),
        cards=[card_of(row, rules) for row in found.items],
        names=customer_names([row["customer_id"] for row in found.items]),
    )


@blueprint.post("/run")
@page("write:invoices")
def run() -> ResponseReturnValue:
    """Take every step that is due, in a process of its own."""
    form = InputForm()
    if begun := form.submit(lambda _: start_dunning_run()):
        row, is_new = begun
        if is_new:
            launch("portal.dunning.process", row["_id"])
        said = gettext("Reminders are on their way.")
        if not is_new:
            said = gettext("Reminders are on their way already.")
        return done(said, url_for(".index"))
    return form_page("dunning/index.html", form, **_board())


def _board() -> dict[str, Any]:
    rules, columns = current_seller()["dunning"], dunning_board()
    shown = [
        {
            "key": column.key,
            "title": column_title(column.key, rules),
            "note": column_note(column.key, rules),
            "count": column.count,
            "sums": column.sums,
            "cards": [card_of(row, rules) for row in column.items],
        }
        for column in columns
    ]
    ids = [row["customer_id"] for column in columns for row in column.items]
    by_itself = rules.get("automatic", True)
    return {
        "columns": shown,
        "names": customer_names(ids),
        "by_itself": by_itself,
        **_last_run(),
    }


def _last_run() -> dict[str, Row | str | None]:
    row = last_dunning_run()
    return {"last_run": row, "last_status": dunning_run_status(row) if row else None}
