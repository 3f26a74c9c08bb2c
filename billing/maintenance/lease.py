"""Work that only one process of the whole installation may do: leased by the database's time, so
that no clock decides and nobody waits for the dead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

from pymongo.errors import PyMongoError

from billing.database import Row, database
from billing.ids import new_id
from billing.maintenance.errors import AlreadyUnderWay, LeaseLost
from billing.maintenance.models import COLLECTION

LEASE_SECONDS = 30.0
_RENEW_SECONDS = 5.0


class Lease:
    """The right to do a kind of work. A thread renews it for as long as the process lives."""

    def __init__(self, work: str, holder: str) -> None:
        self.work, self.holder = work, holder
        self._held_until = monotonic() + LEASE_SECONDS
        self._ended = Event()

    def check(self) -> None:
        """Raises LeaseLost unless the work is still ours alone. Ask before each step."""
        if monotonic() > self._held_until:
            raise LeaseLost(f"the {self.work} was not heard of for too long")

    def note(self, **values: Any) -> None:
        """Write something down beside the lease. Raises LeaseLost."""
        mine = {"_id": self.work, "holder": self.holder}
        if not database()[COLLECTION].update_one(mine, {"$set": values}).matched_count:
            raise LeaseLost(f"somebody else does the {self.work}")

    def row(self) -> Row:
        """What is written down."""
        return database()[COLLECTION].find_one({"_id": self.work}) or {}

    def keep(self) -> None:
        """Renew until it is ended; runs in a thread of its own."""
        while not self._ended.wait(_RENEW_SECONDS):
            asked = monotonic()
            try:
                mine = {"_id": self.work, "holder": self.holder}
                found = database()[COLLECTION].update_one(mine, [{"$set": _until()}])
            except PyMongoError:
                continue  # the next attempt may do; check() tells when it was too long
            if found.matched_count:
                self._held_until = asked + LEASE_SECONDS

    def end(self) -> None:
        """Let others begin at once; what was written down stays."""
        self._ended.set()
        mine = {"_id": self.work, "holder": self.holder}
        database()[COLLECTION].update_one(mine, {"$unset": {"holder": 1, "leased_until": 1}})


@contextmanager
def leased(work: str) -> Iterator[Lease]:
    """Do the work alone. Raises AlreadyUnderWay."""
    lease = _take(work)
    keeper = Thread(target=lease.keep, name=f"lease of the {work}", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        lease.end()
        keeper.join()


def is_under_way(work: str) -> bool:
    """Whether somebody does it."""
    alive = {"_id": work, "$expr": {"$gt": ["$leased_until", "$$NOW"]}}
    return database()[COLLECTION].find_one(alive, {"_id": 1}) is not None


def _take(work: str) -> Lease:
    holder, rows = new_id("mnt"), database()[COLLECTION]
    rows.update_one({"_id": work}, {"$setOnInsert": {"phase": None}}, upsert=True)
    free = {"$expr": {"$not": {"$gt": ["$leased_until", "$$NOW"]}}}
    taken = [{"$set": {"holder": holder, **_until()}}]
    if not rows.update_one({"_id": work, **free}, taken).matched_count:
        raise AlreadyUnderWay(f"Another {work} is under way; wait for its end.")
    return Lease(work, holder)


def _until() -> Row:
    return {"leased_until": {"$add": ["$$NOW", int(LEASE_SECONDS * 1000)]}}
