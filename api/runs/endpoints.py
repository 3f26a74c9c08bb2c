"""Billing runs: look first, run, and watch."""

import time
from typing import Any

from flask import current_app

from api.answers import Outcome, PageOf, Plain, Resource
from api.endpoint import Endpoints
from api.runs.shapes import BillingRun as RunShape
from api.runs.shapes import RunQuery
from billing.database import Row
from billing.idempotency.in_stages import begun
from billing.pages import Page
from billing.runs import errors, queries, run_billing
from billing.runs.inputs import RunBilling
from billing.runs.models import BillingRun
from billing.runs.preview import preview_run
from billing.runs.views import preview_view, run_view

READ, WRITE = "read:invoices", "write:invoices"
LAUNCH_RUN = "duebill_launch_run"
_PATIENCE_SECONDS = 25.0  # below the minute at which proxies give up
_POLL_SECONDS = 0.1

endpoints = Endpoints("Billing runs", "Billing everyone who is due.")


def _row_view(row: Row) -> dict[str, Any]:
    return run_view(BillingRun._from_son(row))


RUN = Resource(RunShape, _row_view, revised=False)


@endpoints.get(
    "/billing_runs",
    "List billing runs",
    scope=READ,
    staff_only=True,
    query=RunQuery,
    answer=PageOf(RUN),
)
def list_billing_runs(query: RunQuery) -> Page:
    """Newest first."""
    return queries.list_runs(**query.arguments())


@endpoints.post(
    "/billing_runs",
    "Run billing",
    scope=WRITE,
    staff_only=True,
    body=(RunBilling,),
    answer=Plain(RunShape, 201, also=(200, 202)),
    in_stages=True,
)
def create_billing_run(body: RunBilling) -> Outcome:
    """A run works in a process of its own: 201 with its proof sheet when it is quick, else 202
    with how far it has got, to be watched at its Location. A dry run writes nothing: 200."""
    if body.dry_run:
        return Outcome(200, preview_view(preview_run(body.as_of_date)))
    run_id = begun() or run_billing.start_run(body.as_of_date).id
    current_app.extensions[LAUNCH_RUN](run_id)
    shown = run_view(_awaited(run_id))
    return Outcome(201 if shown["status"] == "completed" else 202, shown)


@endpoints.get(
    "/billing_runs/<run_id>",
    "Show a billing run",
    scope=READ,
    staff_only=True,
    answer=Plain(RunShape),
    refusals=(errors.BillingRunNotFound,),
)
def get_billing_run(run_id: str) -> dict[str, Any]:
    """Its progress, and its proof sheet as far as it has got."""
    return run_view(queries.get_run(run_id))


def _awaited(run_id: str) -> BillingRun:
    """The run when it is completed, or after a while."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (run := queries.get_run(run_id)).status != "completed":
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return run
