"""Dry runs that are kept: begun by one process, carried out by another, approved by a person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Unpack

from billing import clock
from billing.actors import current_actor
from billing.database import Row, database
from billing.idempotency.in_stages import note_begun
from billing.ids import new_id
from billing.invoices.prepare_bills import Prepared
from billing.kept_phrases import kept
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.runs.compare import Comparison
from billing.runs.due import due_filter
from billing.runs.errors import DryRunNotFound
from billing.runs.lost import count_ended, lost_slips, previous_run_day
from billing.runs.preview import walk_due
from billing.runs.proof import Tally, sheet_of
from billing.runs.slips import Slip, slip_of
from billing.transactions import operation

COLLECTION = "dry_runs"
SORTS = {"created_at": "_id"}
SKIPS_KEPT = 200
_SILENCE = timedelta(minutes=2)


@operation
def start_dry_run(as_of: date | None = None) -> Row:
    """A dry run on which nobody works yet."""
    now = clock.now()
    row: Row = {
        "_id": new_id("dry"),
        "status": "running",
        "asked_by": current_actor().name,
        "as_of_date": as_of.isoformat() if as_of else None,
        "day": (as_of or clock.today()).isoformat(),
        "done": 0,
        "total": database().subscriptions.count_documents(due_filter(as_of)),
        "run_id": None,
        "created_at": now,
        "heartbeat_at": now,
        "finished_at": None,
    }
    database()[COLLECTION].insert_one(row)
    note_begun(row["_id"])
    return row


def size_of(row: Row) -> int:
    """How much a dry run has to look at, in subscriptions."""
    return int(row["total"]) + count_ended(date.fromisoformat(row["day"]))


def carry_out_dry_run(dry_run_id: str) -> Row:
    """Compute what a run would do and keep it; the finished row. Writes nothing else.

    Raises DryRunNotFound. Begun again after it was cut off, it begins anew.
    """
    row = get_dry_run(dry_run_id)

    def told(done: int, total: int) -> None:
        _note(dry_run_id, done=done, total=total)

    as_of = date.fromisoformat(row["as_of_date"]) if row["as_of_date"] else None
    tally, comparison = Tally(most_skips=SKIPS_KEPT), Comparison()
    for rows, batches in walk_due(as_of, told):
        comparison.begin(rows)
        for prepared in batches:
            tally.add(prepared)
            comparison.add(prepared, _slips(prepared))
    since = previous_run_day()
    for slip in lost_slips(since, date.fromisoformat(row["day"])) if since else ():
        comparison.lost(slip)
    found = {
        "sheet": _sheet(tally),
        "groups": comparison.rows(),
        "outliers": comparison.outliers.rows(),
        "outlier_counts": dict(comparison.outliers.counts),
        "since": since.isoformat() if since else None,
    }
    _note(dry_run_id, **found, status="completed", finished_at=clock.now())
    return get_dry_run(dry_run_id)


def get_dry_run(dry_run_id: str) -> Row:
    """One dry run. Raises DryRunNotFound."""
    if (row := database()[COLLECTION].find_one({"_id": dry_run_id})) is None:
        raise DryRunNotFound("There is no such dry run.")
    return row


def list_dry_runs(**page: Unpack[PageArguments]) -> Page:
    """Dry runs, newest first, without what they found."""
    found = {"groups": 0, "outliers": 0, "sheet.skips": 0}
    return paginate(COLLECTION, {}, PageRequest(**page), sorts=SORTS, projection=found)


def dry_run_status(row: Row) -> str:
    """`running`, `completed`, or `interrupted` when nobody has worked on it for a while."""
    silent = clock.now() - row["heartbeat_at"] > _SILENCE
    return "interrupted" if row["status"] == "running" and silent else str(row["status"])


def _note(dry_run_id: str, **values: object) -> None:
    """Write down how far it is; what is completed stays as it is."""
    where = {"_id": dry_run_id, "status": "running"}
    told = {**values, "heartbeat_at": clock.now()}
    database()[COLLECTION].update_one(where, {"$set": told})


def _slips(prepared: Prepared) -> Iterator[Slip]:
    for invoice in prepared.invoices:
        yield slip_of(invoice)


def _sheet(tally: Tally) -> Row:
    sheet = sheet_of(tally, None)
    skips = [
        {
            "subscription_id": skip.subscription_id,
            "customer_id": skip.customer_id,
            "code": skip.code,
            "message": skip.message,
            "phrase": kept(skip.message),
        }
        for skip in sheet.skips
    ]
    return {
        "due": sheet.due,
        "invoiced": sheet.invoiced,
        "ended": sheet.ended,
        "skipped": sheet.skipped,
        "sums": sheet.sums,
        "skips": skips,
        "still_due": None,
    }
