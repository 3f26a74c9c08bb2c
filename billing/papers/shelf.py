"""Where papers are kept from the second time that somebody wants one: a run's million invoices are
mailed once each, and would push out what is looked at. Losing one costs the time to set it again.

A row is {_id: the key, used_at, bytes, content}; after the first time it has no content yet.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from billing import clock
from billing.database import Row, database

MOST_BYTES = 2 * 1024**3
"""What the shelf holds; the longest unused papers make room."""
_LARGEST = 8 * 1024**2  # of one paper; MongoDB takes no more than 16 MiB
_NOTED = timedelta(days=1)  # how exactly the last use is known
_LOOKED_AFTER = 64  # papers put there between two looks at how much there is

_NOTE_SECONDS = 1.0  # in which what is wanted once is noted together
_FLOOD = 10

_put = 0


class Notes:
    """What was wanted once. A note that follows no other is written at once; in a flood they wait
    for the next one after a second. Where that is not in time for another process, or never since
    this one ends, a paper is set once more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, Row] = {}
        self._written_at = -_NOTE_SECONDS

    @property
    def are_flooded(self) -> bool:
        """Whether one paper after the other is wanted that is not on the shelf, as where a run's
        invoices are mailed: to look for each would cost more than to set the odd one again."""
        is_now = monotonic() - self._written_at < _NOTE_SECONDS
        return is_now and len(self._waiting) >= _FLOOD

    def __contains__(self, key: str) -> bool:
        return key in self._waiting

    def add(self, key: str) -> None:
        """Whoever asked at the same moment may have kept it already: that stays as it is."""
        with self._lock:
            self._waiting[key] = {"_id": key, "used_at": clock.wall_clock(), "bytes": 0}
            if monotonic() - self._written_at < _NOTE_SECONDS:
                return
            rows, self._waiting = list(self._waiting.values()), {}
            self._written_at = monotonic()
        _shelf(acknowledged=0).insert_many(rows, ordered=False)


_notes = Notes()


def kept(key: str, make: Callable[[], bytes]) -> bytes:
    """The paper with that key, made where it is not there."""
    found = None if _notes.are_flooded else _shelf().find_one({"_id": key})
    if found is None and key not in _notes:
        content = make()
        _notes.add(key)
    elif found is None or "content" not in found:
        content = make()
        _keep(key, content)
    else:
        content = bytes(found["content"])
        if clock.wall_clock() - found["used_at"] > _NOTED:
            _shelf().update_one({"_id": key}, {"$set": {"used_at": clock.wall_clock()}})
    return content


def _keep(key: str, content: bytes) -> None:
    global _put  # noqa: PLW0603
    if len(content) > _LARGEST:
        return
    row = {"content": content, "bytes": len(content), "used_at": clock.wall_clock()}
    _shelf().update_one({"_id": key}, {"$set": row}, upsert=True)
    _put += 1
    if _put % _LOOKED_AFTER == 1:
        make_room()


def make_room(most_bytes: int = MOST_BYTES) -> int:
    """Drop the longest unused papers until what is left is within bounds; how many went."""
    there = _held()
    if there <= most_bytes:
        return 0
    surplus, last = there - most_bytes, clock.wall_clock()
    for row in _shelf().find({}, {"used_at": 1, "bytes": 1}, sort=[("used_at", 1)]):
        last = row["used_at"]
        surplus -= row["bytes"]
        if surplus <= 0:
            break
    return _shelf().delete_many({"used_at": {"$lte": last}}).deleted_count


def _held() -> int:
    """How many bytes the shelf holds, without reading it."""
    stats: Row = next(_shelf().aggregate([{"$collStats": {"storageStats": {}}}]))
    return int(stats["storageStats"]["size"])


def _shelf(acknowledged: int = 1) -> Collection[dict[str, Any]]:
    """Nobody waits for what is kept to be safe, and for a note not even to be written."""
    return database().get_collection("papers", write_concern=WriteConcern(acknowledged))
