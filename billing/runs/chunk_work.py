"""One chunk in the hands of one worker.

Safe to be killed at any line and to be done by two at once: an invoice counts only together with
its subscription's advance, the run's own tally and the hold on the chunk, in one transaction.
"""

from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from billing import clock
from billing.database import Row, database
from billing.invoices.commit_bills import commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, Skip, prepare_bills
from billing.invoices.ready import ready_or_none
from billing.invoices.way import give_way
from billing.kept_phrases import kept
from billing.phrases import Phrase
from billing.runs.chunks import finish_chunk, hold_chunk
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.ending import Ending, is_ending
from billing.runs.mail_invoices import mail_invoices
from billing.runs.models import BillingRun, skip_key
from billing.runs.proof import Tally
from billing.runs.queries import skipped_by
from billing.transactions import in_transaction


class ChunkWork:
    """Bills a chunk that `worker` has leased; `turn` is held while it writes."""

    def __init__(
        self, run: BillingRun, chunk: Row, worker: str, turn: AbstractContextManager[Any]
    ) -> None:
        self._run, self._chunk, self._worker, self._turn = run, chunk, worker, turn
        self._as_of = run.as_of_date
        self._open: set[str] = set()
        """Its subscriptions that may have something due; those that were skipped are not."""
        self._is_done = False

    def bill(self) -> None:
        """Bill its subscriptions until each has nothing due or is skipped; then it is off the list.

        Raises LeaseLost, and Ending when this process was told to end.
        """
        asked: list[str] = self._chunk["subscription_ids"]
        reason = Phrase("Billing run %(run)s", run=self._run.id)
        self._open = set(asked) - skipped_by(self._run.id, asked)
        while not self._is_done and (rows := self._due()):
            while rows:
                if is_ending():
                    raise Ending
                prepared = prepare_bills(rows, self._as_of)
                prepared.ready = ready_or_none(prepared.bills, reason)
                self._open -= set(prepared.idle)
                if not self._commit(prepared):  # somebody else was faster: look again
                    break
                rows = prepared.left
        if not self._is_done:
            with self._turn:
                self._finish()

    def _due(self) -> list[Row]:
        if not self._open:
            return []
        return list(database().subscriptions.find(self._are_due(self._open)).sort(DUE_ORDER))

    def _are_due(self, ids: set[str]) -> Row:
        return {"_id": {"$in": sorted(ids)}, **due_filter(self._as_of)}

    def _commit(self, prepared: Prepared) -> bool:
        """Whether it is written."""
        try:
            with self._turn:
                give_way()
                written = commit_or_skip(prepared, also=self._also)
        except ChangedMeanwhile:
            self._is_done = False  # an attempt that did not last may have found it done
            self._hold()
            return False
        self._open -= _skipped(written)
        return True

    def _also(self, written: Prepared) -> None:
        """Raise the run's counts by what is written, queue its mail, and hold the chunk or take it
        off the list, in the transaction that writes it."""
        self._is_done = not self._has_more(written)
        if self._is_done:
            self._finish()
        else:
            self._hold()
        in_transaction(lambda: _count(self._run.id, written))
        mail_invoices(written)

    def _has_more(self, written: Prepared) -> bool:
        """Whether anything is due after what the running transaction has written."""
        due = self._are_due(self._open - _skipped(written))
        return database().subscriptions.find_one(due, {"_id": 1}) is not None

    def _finish(self) -> None:
        finish_chunk(self._run.id, self._chunk, self._worker)

    def _hold(self) -> None:
        hold_chunk(self._chunk["_id"], self._worker)


def _skipped(written: Prepared) -> set[str]:
    return {skip.subscription_id for skip in written.skips}


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
