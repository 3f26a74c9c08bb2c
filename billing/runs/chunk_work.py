"""One chunk in the hands of one worker.

Safe to be killed at any line and to be done by two at once: an invoice counts only together with
its subscription's advance, the run's own tally and the hold on the chunk, in one transaction.
"""

from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from billing import clock
from billing.database import Row, database, in_transaction
from billing.invoices.commit_bills import commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, Skip, prepare_bills
from billing.kept_phrases import kept
from billing.runs.chunks import hold_chunk
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.ending import Ending, is_ending
from billing.runs.mail_invoices import mail_invoices
from billing.runs.models import BillingRun, skip_key
from billing.runs.proof import Tally
from billing.runs.queries import skipped_by


class ChunkWork:
    """Bills a chunk that `worker` has leased; `turn` is held while it writes."""

    def __init__(
        self, run: BillingRun, chunk: Row, worker: str, turn: AbstractContextManager[Any]
    ) -> None:
        self._run, self._chunk, self._worker, self._turn = run, chunk, worker, turn
        self._as_of = run.as_of_date

    def bill(self) -> None:
        """Bill its subscriptions until each has nothing due or is skipped.

        Raises LeaseLost, and Ending when this process was told to end.
        """
        asked: list[str] = self._chunk["subscription_ids"]
        skipped = skipped_by(self._run.id, asked)
        ids = [i for i in asked if i not in skipped]
        while rows := self._due(ids):
            settled: set[str] = set()
            while rows:
                if is_ending():
                    raise Ending
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
            self._hold()
            return None

    def _also(self, written: Prepared) -> None:
        """Raise the run's counts by what is written, queue its mail and hold the chunk, in the
        transaction that writes it."""
        self._hold()
        in_transaction(lambda: _count(self._run.id, written))
        mail_invoices(written)

    def _hold(self) -> None:
        hold_chunk(self._chunk["_id"], self._worker)


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
    """Remember a skip; whether it is news. A chunk that changed hands may find it again."""
    noted = database().run_skips.update_one(
        {"_id": skip_key(run_id, skip.subscription_id)},
        {"$setOnInsert": {"run_id": run_id, **asdict(skip), "phrase": kept(skip.message)}},
        upsert=True,
    )
    return noted.upserted_id is not None
