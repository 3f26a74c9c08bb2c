"""Billing runs: watch, stop, resume; they begin with a dry run (portal.runs.dry_runs)."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.customers.queries import customer_names
from billing.runs.proof import ProofSheet
from billing.runs.queries import get_run, list_runs, proof_of, run_status
from billing.runs.run_billing import resume_run, stop_run
from portal.access import page
from portal.answers import done, form_page, timeline
from portal.forms import InputForm
from portal.listing import listing, respond
from portal.runs import dry_runs
from portal.runs.forms import RunForm
from portal.runs.launch import launch_run
from portal.runs.words import KINDS
from portal.shell import htmx

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
dry_runs.add_to(blueprint)
blueprint.add_app_template_filter(KINDS.__getitem__, "outlier_kind")
SHOWN_SKIPS = 200


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Past runs, and the form that begins a dry run."""
    found = listing(list_runs)
    context = {"form": RunForm(), **dry_runs.index_context()}
    return respond("runs/index.html", "runs/_results.html", found, **context)


@blueprint.get("/<run_id>")
@page("read:invoices")
def detail(run_id: str) -> ResponseReturnValue:
    """How far a run is, and its proof sheet; the page asks again until it is done."""
    run = get_run(run_id)
    template = "runs/_run.html" if htmx and htmx.target == "run" else "runs/detail.html"
    return render_template(
        template,
        run=run,
        status=run_status(run.row()),
        events=timeline(object_id=run_id),
        **_sheet(proof_of(run)),
    )


@blueprint.post("/<run_id>/stop")
@page("write:invoices")
def stop(run_id: str) -> ResponseReturnValue:
    """Let nobody begin more of a run; what is done stays done."""
    form = InputForm()
    if form.submit(lambda _: stop_run(run_id)):
        return done("The run stops.", url_for(".detail", run_id=run_id))
    return _refused(run_id, form)


@blueprint.post("/<run_id>/resume")
@page("write:invoices")
def resume(run_id: str) -> ResponseReturnValue:
    """Go on with an interrupted or stopped run."""
    form = InputForm()
    if form.submit(lambda _: resume_run(run_id)):
        launch_run(run_id)
        return done("The run goes on.", url_for(".detail", run_id=run_id))
    return _refused(run_id, form)


def _refused(run_id: str, form: InputForm) -> ResponseReturnValue:
    run = get_run(run_id)
    events = timeline(object_id=run_id)
    context = {"run": run, "status": run_status(run.row()), "events": events}
    return form_page("runs/detail.html", form, **context, **_sheet(proof_of(run)))


def _sheet(sheet: ProofSheet) -> dict[str, Any]:
    """What the proof sheet's template shows."""
    skips = sheet.skips[:SHOWN_SKIPS]
    names = customer_names([skip.customer_id for skip in skips])
    return {"sheet": sheet, "skips": skips, "names": names}
