"""Starting, resuming and finishing billing runs."""

from datetime import date

from billing import clock
from billing.database import database
from billing.events.journal import insert, record
from billing.idempotency.in_stages import note_begun
from billing.phrases import Code
from billing.runs.chunks import chunks_left
from billing.runs.due import due_filter
from billing.runs.ending import is_ending, leave_run
from billing.runs.errors import BillingRunNotResumable, BillingRunNotStoppable
from billing.runs.models import BillingRun
from billing.runs.queries import get_run, run_status
from billing.runs.work import Progress, work_run
from billing.transactions import operation


def run_billing(
    as_of: date | None = None, *, workers: int = 1, on_progress: Progress | None = None
) -> BillingRun:
    """Bill everyone who is due, here or in `workers` processes; the finished run.

    Whatever the number of workers, and however often it is killed and begun again, the books end
    up the same.
    """
    return continue_run(start_run(as_of).id, workers=workers, on_progress=on_progress)


def continue_run(
    run_id: str, *, workers: int = 1, on_progress: Progress | None = None
) -> BillingRun:
    """Work on a run until it is finished. Raises BillingRunNotFound."""
    if workers > 1:
        from billing.runs.processes import work_in_processes

        work_in_processes(run_id, workers, on_progress)
    else:
        work_run(run_id, on_progress=on_progress)
    if is_ending():
        leave_run(run_id)
    return finish_run(run_id)


@operation
def start_run(as_of: date | None = None) -> BillingRun:
    """A new run on which nobody works yet."""
    run = BillingRun(as_of_date=as_of, heartbeat_at=clock.now())
    insert(run, "billing_run.started")
    note_begun(run.id)
    return run


@operation
def stop_run(run_id: str) -> BillingRun:
    """Let nobody begin another chunk of a run; what is done stays done, and it can go on later.

    Raises BillingRunNotFound and BillingRunNotStoppable.
    """
    run = get_run(run_id)
    if run.status not in {"preparing", "running"}:
        raise BillingRunNotStoppable(
            "This run is %(status)s and does not work.", status=Code(run_status(run.row()))
        )
    database().billing_runs.update_one({"_id": run_id}, {"$set": {"status": "stopped"}})
    record(run, "billing_run.stopped")
    return get_run(run_id)


@operation
def resume_run(run_id: str) -> BillingRun:
    """Take up an interrupted or stopped run. Raises BillingRunNotFound, BillingRunNotResumable."""
    run = get_run(run_id)
    if (status := run_status(run.row())) not in {"interrupted", "stopped"}:
        raise BillingRunNotResumable(
            "This run is %(status)s; only an interrupted or stopped one is resumed.",
            status=Code(status),
        )
    goes_on = {"status": "running" if run.cut else "preparing", "heartbeat_at": clock.now()}
    database().billing_runs.update_one({"_id": run_id}, {"$set": goes_on})
    record(run, "billing_run.resumed")
    return run


@operation
def finish_run(run_id: str) -> BillingRun:
    """Close a run of which no chunk is left; any other stays as it is."""
    run = get_run(run_id)
    if run.status != "running" or chunks_left(run_id):
        return run
    still_due = database().subscriptions.count_documents(due_filter(run.as_of_date))
    closed = {"status": "completed", "finished_at": clock.now(), "still_due": still_due}
    database().billing_runs.update_one({"_id": run_id}, {"$set": closed})
    database().run_chunks.delete_many({"run_id": run_id})  # of cuts that somebody died over
    record(run, "billing_run.completed", changes={"invoiced": [0, run.invoiced]})
    return get_run(run_id)
