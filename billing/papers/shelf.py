"""Where papers are kept from the second time that somebody wants one: a run's million invoices are
mailed once each, and would push out what is looked at. Losing one costs the time to set it again.

A row is {_id: the key, used_at, bytes, content}; after the first time it has no content yet.
"""

from collections.abc import Callable
from datetime import timedelta
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

_put = 0


def kept(key: str, make: Callable[[], bytes]) -> bytes:
    """The paper with that key, made where it is not there."""
    found = _shelf().find_one({"_id": key})
    if found is None:
        content = make()
        _note(key)
    elif "content" not in found:
        content = make()
        _keep(key, content)
    else:
        content = bytes(found["content"])
        if clock.wall_clock() - found["used_at"] > _NOTED:
            _shelf().update_one({"_id": key}, {"$set": {"used_at": clock.wall_clock()}})
    return content


def _note(key: str) -> None:
    """It was wanted once. Whoever asked at the same moment may have kept it already."""
    asked = {"used_at": clock.wall_clock(), "bytes": 0}
    _shelf(acknowledged=0).update_one({"_id": key}, {"$setOnInsert": asked}, upsert=True)


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
    surplus, going = there - most_bytes, []
    for row in _shelf().find({}, {"bytes": 1}, sort=[("used_at", 1)]):
        if surplus <= 0:
            break
        going.append(row["_id"])
        surplus -= row["bytes"]
    return _shelf().delete_many({"_id": {"$in": going}}).deleted_count


def _held() -> int:
    """How many bytes the shelf holds, without reading it."""
    stats: Row = next(_shelf().aggregate([{"$collStats": {"storageStats": {}}}]))
    return int(stats["storageStats"]["size"])


def _shelf(acknowledged: int = 1) -> Collection[dict[str, Any]]:
    """Nobody waits for what is kept to be safe, and for a note not even to be written."""
    return database().get_collection("papers", write_concern=WriteConcern(acknowledged))
