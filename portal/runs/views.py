"""Billing runs: look first, run, watch, resume."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing import clock
from billing.customers.queries import customer_names
from billing.errors import BillingError
from billing.idempotency.in_stages import begun
from billing.runs.inputs import RunBilling
from billing.runs.preview import preview_run
from billing.runs.proof import ProofSheet
from billing.runs.queries import get_run, list_runs, proof_of, run_status
from billing.runs.run_billing import resume_run, start_run
from portal.access import page
from portal.answers import done, form_page
from portal.forms import InputForm
from portal.listing import listing, respond
from portal.runs.forms import RunForm
from portal.runs.launch import launch_run
from portal.shell import htmx

blueprint = Blueprint("runs", __name__, url_prefix="/runs")
SHOWN_SKIPS = 200


@blueprint.get("")
@page("read:invoices")
def index() -> ResponseReturnValue:
    """Past runs, and the form that begins a new one."""
    found = listing(list_runs)
    context = {"form": RunForm(), "run_status": run_status}
    return respond("runs/index.html", "runs/_results.html", found, **context)


@blueprint.get("/preview")
@page("read:invoices")
def preview() -> ResponseReturnValue:
    """A dry run: what a run would do now. Writes nothing."""
    form = RunForm(as_of_date=request.args.get("as_of_date", "").strip())
    try:
        as_of = form.parse().as_of_date
    except BillingError as error:
        form.refuse(error)
        found = listing(list_runs)
        return form_page("runs/index.html", form, listing=found, run_status=run_status)
    sheet = preview_run(as_of)
    return render_template("runs/preview.html", form=form, **_sheet(sheet))


@blueprint.post("")
@page("write:invoices")
def start() -> ResponseReturnValue:
    """Begin a run; it works in a process of its own."""
    form = RunForm()
    if run_id := form.submit(_start, in_stages=True):
        return redirect(url_for(".detail", run_id=run_id), 303)
    found = listing(list_runs)
    return form_page("runs/index.html", form, listing=found, run_status=run_status)


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
        **_sheet(proof_of(run)),
    )


@blueprint.post("/<run_id>/resume")
@page("write:invoices")
def resume(run_id: str) -> ResponseReturnValue:
    """Go on with an interrupted run."""
    form = InputForm()
    if form.submit(lambda _: resume_run(run_id)):
        launch_run(run_id)
        return done("The run goes on.", url_for(".detail", run_id=run_id))
    run = get_run(run_id)
    context = {"run": run, "status": run_status(run.row())}
    return form_page("runs/detail.html", form, **context, **_sheet(proof_of(run)))


def _start(order: RunBilling) -> str:
    run_id = begun() or str(start_run(order.as_of_date).id)
    launch_run(run_id)
    return run_id


def _sheet(sheet: ProofSheet) -> dict[str, Any]:
    """What the proof sheet's template shows."""
    skips = sheet.skips[:SHOWN_SKIPS]
    return {
        "sheet": sheet,
        "skips": skips,
        "names": customer_names([skip.customer_id for skip in skips]),
        "is_future": bool(sheet.as_of_date and _is_future(sheet.as_of_date)),
    }


def _is_future(day: date) -> bool:
    return day > clock.today()
