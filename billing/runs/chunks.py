"""Chunks of a run: leased by database time, so that no process's clock decides who may work."""

from itertools import islice
from typing import Any

from billing import clock
from billing.database import Row, database, in_transaction, streamed
from billing.ids import new_id
from billing.runs.due import DUE_ORDER, due_filter
from billing.runs.models import BillingRun

CHUNK_SIZE = 1000
LEASE_SECONDS = 30


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


def goes_on(run_id: str) -> bool:
    """Whether the run is being worked on, and not stopped or refused."""
    where = {"_id": run_id, "status": "running"}
    return database().billing_runs.find_one(where, {"_id": 1}) is not None


def lease_chunk(run_id: str, worker: str) -> Row | None:
    """The next chunk that nobody works on, ours for LEASE_SECONDS from now, or None."""
    free = {"$or": [{"leased_until": None}, {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}]}
    found: Row | None = database().run_chunks.find_one_and_update(
        {"run_id": run_id, "cut": _cut_of(run_id), **free},
        [{"$set": _lease(worker)}],
        sort=[("_id", 1)],
    )
    return found


def renew_lease(chunk_id: str, worker: str) -> None:
    """Hold the chunk for longer."""
    ours = {"_id": chunk_id, "worker": worker}
    database().run_chunks.update_one(ours, [{"$set": _lease(worker)}])


def release_leases(run_id: str, worker: str) -> None:
    """Give back what a worker that is known to be dead had leased."""
    database().run_chunks.update_many(
        {"run_id": run_id, "worker": worker}, {"$unset": {"leased_until": 1, "worker": 1}}
    )


def finish_chunk(run_id: str, chunk: Row) -> None:
    """Take the chunk off the list and count its subscriptions as done, once."""

    def write() -> None:
        if database().run_chunks.delete_one({"_id": chunk["_id"]}).deleted_count:
            database().billing_runs.update_one(
                {"_id": run_id},
                {"$inc": {"done_subscriptions": len(chunk["subscription_ids"])}},
            )

    in_transaction(write)


def chunks_left(run_id: str) -> bool:
    """Whether any chunk is unfinished, leased or not."""
    ours = {"run_id": run_id, "cut": _cut_of(run_id)}
    return database().run_chunks.find_one(ours, {"_id": 1}) is not None


def _lease(worker: str) -> dict[str, Any]:
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
    return {"worker": worker, "leased_until": until}
