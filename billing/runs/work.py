"""Working on a run: lease a chunk, bill it batch by batch, until no chunk is left.

Safe to be killed at any line and to be done by several at once: an invoice counts only together
with its subscription's advance and the run's own tally, in one transaction.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import date
from typing import Any

from billing import clock
from billing.database import Row, database, in_transaction
from billing.ids import new_id
from billing.invoices.commit_bills import commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, Skip, prepare_bills
from billing.runs.approve import is_as_approved
from billing.runs.chunks import (
    LEASE_SECONDS,
    chunks_left,
    finish_chunk,
    goes_on,
    lease_chunk,
    make_chunks,
    renew_lease,
)
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.mail_invoices import mail_invoices
from billing.runs.models import BillingRun, skip_key
from billing.runs.proof import Tally
from billing.runs.queries import get_run, skipped_by

Progress = Callable[[int, int], None]


def work_run(
    run_id: str,
    *,
    worker: str | None = None,
    turn: AbstractContextManager[Any] | None = None,
    on_progress: Progress | None = None,
) -> None:
    """Bill chunks of the run until none is left, whoever leased the last one.

    `turn` serialises the writing transactions of workers that share a machine: they would only
    conflict on the number series. `on_progress(done, total)` counts subscriptions.
    """
    run, worker, turn = get_run(run_id), worker or new_id("wrk"), turn or nullcontext()
    if run.status == "preparing":
        if not is_as_approved(run):
            return
        make_chunks(run)
    while chunk := _next_chunk(run_id, worker):
        _ChunkWork(run, chunk["_id"], worker, turn).bill(chunk["subscription_ids"])
        with turn:
            finish_chunk(run_id, chunk)
        if on_progress:
            run = get_run(run_id)
            on_progress(run.done_subscriptions, run.due_subscriptions)


def _next_chunk(run_id: str, worker: str) -> Row | None:
    """A chunk to work on; waits while others hold the last ones, in case they die."""
    deadline = time.monotonic() + 20 * LEASE_SECONDS
    if not goes_on(run_id):
        return None
    while (chunk := lease_chunk(run_id, worker)) is None:
        if not chunks_left(run_id) or not goes_on(run_id) or time.monotonic() > deadline:
            return None
        time.sleep(0.2)
    return chunk


class _ChunkWork:
    """One chunk in the hands of one worker."""

    def __init__(
        self, run: BillingRun, chunk_id: str, worker: str, turn: AbstractContextManager[Any]
    ) -> None:
        self._run, self._chunk_id, self._worker, self._turn = run, chunk_id, worker, turn
        self._as_of: date | None = run.as_of_date

    def bill(self, subscription_ids: list[str]) -> None:
        """Bill these subscriptions until each has nothing due or is skipped."""
        skipped = skipped_by(self._run.id, subscription_ids)
        ids = [i for i in subscription_ids if i not in skipped]
        while rows := self._due(ids):
            settled: set[str] = set()
            while rows:
                prepared = prepare_bills(rows, self._as_of)
                written = self._commit(prepared)
                if written is None:  # somebody else was faster: look again
                    break
                settled |= {skip.subscription_id for skip in written.skips}
                settled |= set(prepared.idle)
                rows = prepared.left
            ids = [i for i in ids if i not in settled]

    def _due(self, ids: list[str]) -> list[Row]:
        due = {"_id": {"$in": ids}, **due_filter(self._as_of)}
        return list(database().subscriptions.find(due).sort(DUE_ORDER)) if ids else []

    def _commit(self, prepared: Prepared) -> Prepared | None:
        try:
            with self._turn:
                return commit_or_skip(prepared, self._run.id, also=self._also)
        except ChangedMeanwhile:
            return None
        finally:
            renew_lease(self._chunk_id, self._worker)

    def _also(self, written: Prepared) -> None:
        """Raise the run's counts by what is written and queue its mail, in the transaction that
        writes it."""
        in_transaction(lambda: _count(self._run.id, written))
        mail_invoices(written)


def _count(run_id: str, written: Prepared) -> None:
    tally = Tally()
    tally.add(written)
    raised = {"invoiced": tally.invoiced, "ended": tally.ended}
    raised["skipped"] = sum(_note_skip(run_id, skip) for skip in tally.skips)
    for currency, count in tally.invoices.items():
        raised[f"sums.{currency}.invoices"] = count
        raised[f"sums.{currency}.amount"] = tally.amounts[currency]
    database().billing_runs.update_one(
        {"_id": run_id}, {"$inc": raised, "$set": {"heartbeat_at": clock.now()}}
    )


def _note_skip(run_id: str, skip: Skip) -> bool:
    """Remember a skip; whether it is news. A worker that outlived its lease may find it again."""
    noted = database().run_skips.update_one(
        {"_id": skip_key(run_id, skip.subscription_id)},
        {"$setOnInsert": {"run_id": run_id, **asdict(skip)}},
        upsert=True,
    )
    return noted.upserted_id is not None
