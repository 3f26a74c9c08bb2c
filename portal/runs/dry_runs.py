"""Dry runs: begin one, watch it, look at what is odd, approve it."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.customers.queries import customer_names
from billing.database import Row
from billing.idempotency.in_stages import begun
from billing.kept_phrases import retold
from billing.plans.queries import plan_names
from billing.runs.approve import approve_dry_run
from billing.runs.dry_runs import (
    carry_out_dry_run,
    dry_run_status,
    get_dry_run,
    list_dry_runs,
    size_of,
    start_dry_run,
)
from billing.runs.inputs import RunBilling
from billing.runs.queries import list_runs, run_status
from billing.runs.schedule import find_schedule
from billing.workers.heartbeats import workers_alive
from portal.access import page
from portal.answers import form_page
from portal.forms import InputForm
from portal.listing import listing
from portal.runs.forms import RunForm
from portal.runs.launch import launch, launch_run
from portal.runs.words import compared, flagged
from portal.shell import htmx

AT_ONCE = 1000
"""So many subscriptions are looked at while the browser waits: well under a second or two."""
_SHOWN = 5


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    blueprint.add_url_rule("/dry-runs", "look", look, methods=["POST"])
    blueprint.add_url_rule("/dry-runs/<dry_run_id>", "dry_run", show)
    path = "/dry-runs/<dry_run_id>/approve"
    blueprint.add_url_rule(path, "approve", approve, methods=["POST"])


@page("write:invoices")
def look() -> ResponseReturnValue:
    """Begin a dry run: at once where it is small, else in a process of its own."""
    form = RunForm()
    if dry_run_id := form.submit(_look, in_stages=True):
        return redirect(url_for(".dry_run", dry_run_id=dry_run_id), 303)
    return index_page(form)


@page("read:invoices")
def show(dry_run_id: str) -> ResponseReturnValue:
    """How far a dry run is, and what it found; the page asks again until it is done."""
    return _shown(dry_run_id, InputForm())


@page("write:invoices")
def approve(dry_run_id: str) -> ResponseReturnValue:
    """Run what was looked at, in the name of who says so."""
    form = InputForm()
    if run_id := form.submit(lambda _: _approve(dry_run_id), in_stages=True):
        return redirect(url_for(".detail", run_id=run_id), 303)
    return _shown(dry_run_id, form)


def index_page(form: InputForm) -> ResponseReturnValue:
    """The list of runs with the form that begins a dry run."""
    return form_page("runs/index.html", form, listing=listing(list_runs), **index_context())


def index_context() -> dict[str, Any]:
    """What the list of runs shows beside them."""
    newest = list_dry_runs(limit=_SHOWN).items
    by_itself = {"schedule": find_schedule(), "workers": workers_alive()}
    shown = {"run_status": run_status, "dry_runs": newest, "dry_run_status": dry_run_status}
    return {**shown, **by_itself}


def _look(order: RunBilling) -> str:
    known = begun()
    row = get_dry_run(known) if known else start_dry_run(order.as_of_date)
    if size_of(row) <= AT_ONCE:
        carry_out_dry_run(row["_id"])
    else:
        launch("portal.runs.look", row["_id"])
    return str(row["_id"])


def _approve(dry_run_id: str) -> str:
    run_id = begun() or str(approve_dry_run(dry_run_id).id)
    launch_run(run_id)
    return run_id


def _shown(dry_run_id: str, form: InputForm) -> ResponseReturnValue:
    row = get_dry_run(dry_run_id)
    template = "runs/_dry_run.html" if htmx and htmx.target == "dry-run" else "runs/dry_run.html"
    context = {"dry_run": row, "status": dry_run_status(row), "dry": True, **_found(row)}
    if form.alerts:
        return form_page(template, form, **context)
    return render_template(template, form=form, **context)


def _found(row: Row) -> dict[str, Any]:
    """What a finished dry run found, for people."""
    if row["status"] != "completed":
        return {}
    skips, outliers = row["sheet"]["skips"], row["outliers"]
    plans = plan_names([each["plan_id"] for each in [*row["groups"], *outliers]])
    kind = request.args.get("kind", "")
    return {
        "sheet": row["sheet"],
        "skips": [{**skip, "message": retold(skip)} for skip in skips],
        "compared": compared(row["groups"], plans),
        "kind": kind,
        "kinds": [(name, count) for name, count in row["outlier_counts"].items() if count],
        "outliers": [flagged(each, plans) for each in outliers if kind in {"", *each["kinds"]}],
        "names": customer_names([each["customer_id"] for each in [*skips, *outliers]]),
    }
