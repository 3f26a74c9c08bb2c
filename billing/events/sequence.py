"""The sequence of events: 1, 2, 3 … without gaps, given to what is committed.

A counter raised by every transaction that writes an event would make all writers of the system
wait for each other. So events are stored with the server's own time in `unsequenced`, and numbers
are given to them afterwards, in that order, a batch at a time. Two who write the same object cannot
overlap, since the later one meets a write conflict and begins again: its event is stamped after the
first one's commit, and so the events of each object are numbered in the order of its changes.
Whoever has seen a number has seen all below it: the transactions that give numbers all raise one
counter, so each of them begins where the one before it has committed.
"""

from collections.abc import Callable

from pymongo import ReturnDocument, UpdateOne

from billing.database import Row, database
from billing.events.models import COLLECTION
from billing.transactions import in_transaction

BATCH = 1000
SEQUENCE = "events"
"""The id of the only document of `event_sequence`."""

_WAITING: Row = {"unsequenced": {"$exists": True}}
_TOLD = {"type": 1, "object_id": 1}

Also = Callable[[list[Row]], None]


def waiting_events(most: int = 1) -> int:
    """How many events have no number yet, counted no further than `most`."""
    # The sparse index holds exactly these; without the hint MongoDB would read each of them.
    return database()[COLLECTION].count_documents({}, limit=most, hint="unsequenced")


def sequence_batch(also: Also, most: int = BATCH) -> int:
    """Number the next `most` events that are waiting, at most BATCH of them; how many it were.

    `also` writes more in the same transaction, told `_id`, `type`, `object_id` and `seq` of each.
    Several may do this at once: they take turns.
    """
    if not waiting_events():
        return 0
    return in_transaction(lambda: _number(also, min(most, BATCH)))


def _number(also: Also, most: int) -> int:
    events = database()[COLLECTION]
    rows = list(events.find(_WAITING, _TOLD).sort("unsequenced", 1).limit(most))
    if not rows:
        return 0
    first = _raise(len(rows)) + 1
    for seq, row in enumerate(rows, first):
        row["seq"] = seq
    events.bulk_write([_numbering(row) for row in rows], ordered=False)
    also(rows)
    return len(rows)


def _numbering(row: Row) -> UpdateOne:
    return UpdateOne(
        {"_id": row["_id"]}, {"$set": {"seq": row["seq"]}, "$unset": {"unsequenced": 1}}
    )


def _raise(count: int) -> int:
    """Raise the counter by `count`; what it was before."""
    row: Row = database().event_sequence.find_one_and_update(
        {"_id": SEQUENCE},
        {"$inc": {"last": count}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )  # type: ignore[assignment]
    return int(row["last"]) - count
