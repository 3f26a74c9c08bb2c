"""Chunks of a run: leased by database time, so that no process's clock decides who may work."""

from itertools import islice
from typing import Any

from billing import clock
from billing.database import Row, database, streamed
from billing.ids import new_id
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.models import BillingRun
from billing.transactions import in_transaction

CHUNK_SIZE = 1000
LEASE_SECONDS = 15

_FREE: Row = {"$or": [{"leased_until": None}, {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}]}


class LeaseLost(Exception):
    """Somebody else works on the chunk, since its lease ran out; what was computed is void."""


def make_chunks(run: BillingRun) -> None:
    """Cut what is due into chunks. Whoever dies in its midst, or is second, has cut for nothing.

    Chunks count once the run names the cut that they belong to, so that neither a part of a cut
    nor two cuts at once are ever worked on.
    """
    cut, total = new_id("cut"), 0
    with streamed("subscriptions", due_filter(run.as_of_date), {"_id": 1}) as cursor:
        cursor.sort(DUE_ORDER)
        while ids := [row["_id"] for row in islice(cursor, CHUNK_SIZE)]:
            chunk = {"_id": new_id("chk"), "run_id": run.id, "cut": cut, "subscription_ids": ids}
            database().run_chunks.insert_one(chunk)
            total += len(ids)
            _set(run.id, {"heartbeat_at": clock.now()})
    _set(run.id, {"status": "running", "cut": cut, "due_subscriptions": total})
    database().run_chunks.delete_many({"run_id": run.id, "cut": {"$ne": _cut_of(run.id)}})


def _set(run_id: str, values: Row) -> None:
    """Change a run that is still being prepared."""
    database().billing_runs.update_one({"_id": run_id, "status": "preparing"}, {"$set": values})


def _cut_of(run_id: str) -> str | None:
    row = database().billing_runs.find_one({"_id": run_id}, {"cut": 1}) or {}
    return row.get("cut")


def is_large(run: BillingRun) -> bool:
    """Whether the run was cut into more than one chunk."""
    return bool(run.due_subscriptions > CHUNK_SIZE)


def goes_on(run_id: str) -> bool:
    """Whether the run is being worked on, and not stopped or refused."""
    where = {"_id": run_id, "status": "running"}
    return database().billing_runs.find_one(where, {"_id": 1}) is not None


def lease_chunk(run_id: str, worker: str, chunk_id: str | None = None) -> Row | None:
    """The next chunk that nobody works on, or the one asked for: ours for LEASE_SECONDS from now.

    None when there is none, or somebody works on it.
    """
    which = {"run_id": run_id, "cut": _cut_of(run_id), **_FREE}
    if chunk_id:
        which["_id"] = chunk_id
    found: Row | None = database().run_chunks.find_one_and_update(
        which, [{"$set": _lease(worker)}], sort=[("_id", 1)]
    )
    return found


def hold_chunk(chunk_id: str, worker: str) -> None:
    """Hold the chunk for longer, within the transaction that writes what was made of it.

    So a worker that outlived its lease cannot write: whoever took the chunk since is named in it.
    Raises LeaseLost.
    """
    ours = {"_id": chunk_id, "worker": worker}
    if not database().run_chunks.update_one(ours, [{"$set": _lease(worker)}]).matched_count:
        raise LeaseLost(chunk_id)


def release_leases(run_id: str, *workers: str) -> None:
    """Give back what workers that hold nothing any more, or are known to be dead, had leased."""
    database().run_chunks.update_many(
        {"run_id": run_id, "worker": {"$in": workers}},
        {"$unset": {"leased_until": 1, "worker": 1}},
    )


def finish_chunk(run_id: str, chunk: Row, worker: str) -> None:
    """Take the chunk off the list and count its subscriptions as done. Raises LeaseLost."""

    def write() -> None:
        ours = {"_id": chunk["_id"], "worker": worker}
        if not database().run_chunks.delete_one(ours).deleted_count:
            raise LeaseLost(chunk["_id"])
        done = {"$inc": {"done_subscriptions": len(chunk["subscription_ids"])}}
        database().billing_runs.update_one({"_id": run_id}, done)

    in_transaction(write)


def chunks_left(run_id: str) -> bool:
    """Whether any chunk is unfinished, leased or not."""
    ours = {"run_id": run_id, "cut": _cut_of(run_id)}
    return database().run_chunks.find_one(ours, {"_id": 1}) is not None


def chunks_of(run_id: str) -> int:
    """How many chunks are unfinished, leased or not."""
    ours = {"run_id": run_id, "cut": _cut_of(run_id)}
    return database().run_chunks.count_documents(ours)


def is_worked_on(run_id: str) -> bool:
    """Whether anybody holds a chunk of the run, as far as leases tell."""
    held = {"run_id": run_id, "$expr": {"$gt": ["$leased_until", "$$NOW"]}}
    return database().run_chunks.find_one(held, {"_id": 1}) is not None


def open_chunks(run_id: str) -> list[str]:
    """The ids of the chunks that nobody works on."""
    ours = {"run_id": run_id, "cut": _cut_of(run_id), **_FREE}
    return [row["_id"] for row in database().run_chunks.find(ours, {"_id": 1}).sort("_id", 1)]


def run_of_chunk(chunk_id: str) -> str | None:
    """The run that a chunk belongs to; None when the chunk is done."""
    row = database().run_chunks.find_one({"_id": chunk_id}, {"run_id": 1}) or {}
    return row.get("run_id")


def _lease(worker: str) -> dict[str, Any]:
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
    return {"worker": worker, "leased_until": until}
