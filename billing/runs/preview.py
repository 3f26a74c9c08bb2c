"""A dry run: the same computation as a run, and not a single write."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

from billing.database import Row, database, streamed
from billing.invoices.prepare_bills import Prepared, prepare_bills
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.proof import ProofSheet, Tally, sheet_of

_BATCH = 1000


def preview_run(
    as_of: date | None = None, on_progress: Callable[[int, int], None] | None = None
) -> ProofSheet:
    """What a run with this date would do now. `on_progress(done, total)` counts subscriptions."""
    tally = Tally()
    for _, batches in walk_due(as_of, on_progress):
        for prepared in batches:
            tally.add(prepared)
    return sheet_of(tally, as_of)


def walk_due(
    as_of: date | None = None, on_progress: Callable[[int, int], None] | None = None
) -> Iterator[tuple[list[Row], Iterator[Prepared]]]:
    """Rows that are due, a thousand at a time, each time with all that they owe, in batches.

    The batches are to be used up before the next rows are asked for.
    """
    due = due_filter(as_of)
    total = database().subscriptions.count_documents(due)
    done = 0
    with streamed("subscriptions", due).sort(DUE_ORDER) as cursor:
        while rows := list(islice(cursor, _BATCH)):
            yield rows, _prepared(rows, as_of)
            done += len(rows)
            if on_progress:
                on_progress(done, total)


def _prepared(rows: list[Row], as_of: date | None) -> Iterator[Prepared]:
    """All that these rows owe, a batch at a time; nobody's catch-up is held in memory whole."""
    while rows:
        prepared = prepare_bills(rows, as_of, budget=_BATCH)
        yield prepared
        # A subscription may owe more periods than one bill takes: go on where it has got to.
        advanced = [{**bill.subscription, **bill.advance} for bill in prepared.bills]
        rows = prepared.left + [row for row in advanced if row.get("next_billing_date")]
        if not prepared.bills and not prepared.left:
            return
