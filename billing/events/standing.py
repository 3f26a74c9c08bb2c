"""How far the books are: the one thing that differs whenever anything in them does.

Each change of the books is committed together with its event, so two looks that find the same
events find the same books. Numbers are given without gaps, only later (billing.events.sequence):
the last one and how many still wait for theirs tell how many events there are, and the newest one's
id tells these books from others, such as those that a restore put in their place.
"""

from dataclasses import dataclass

from billing.database import Row, database
from billing.events.models import COLLECTION

_MOST_WAITING = 5_000
_BY_STAMP = [("unsequenced", -1)]


@dataclass(frozen=True, slots=True)
class Standing:
    """`seq` is the last number given, `count` how many events there are, `newest` an event's id."""

    seq: int
    count: int
    newest: str

    def __str__(self) -> str:
        return f"{self.count}-{self.newest}"


def standing_of_books() -> Standing | None:
    """Where the books stand. None where that is not told quickly: before the first event, and
    while very many wait for their numbers. To be asked within a snapshot or a transaction."""
    events = database()[COLLECTION]
    last = events.find_one({"seq": {"$gt": 0}}, {"seq": 1}, sort=[("seq", -1)])
    newest = events.find_one({"unsequenced": {"$exists": True}}, {"_id": 1}, sort=_BY_STAMP)
    seq = last["seq"] if last else 0
    if newest is None:
        return Standing(seq, seq, last["_id"]) if last else None
    waiting = events.count_documents({}, limit=_MOST_WAITING, hint="unsequenced")
    return Standing(seq, seq + waiting, newest["_id"]) if waiting < _MOST_WAITING else None


def customers_since(seq: int, most: int) -> list[str] | None:
    """Whose books an event has changed since that number was the last; more than those, since an
    event that waited for its number then is among them. None where they are more than `most`."""
    found: set[str] = set()
    for where in ({"seq": {"$gt": seq}}, {"unsequenced": {"$exists": True}}):
        told: list[Row] = list(
            database()[COLLECTION].find(where, {"customer_id": 1}).limit(4 * most + 1)
        )
        found |= {row["customer_id"] for row in told if row.get("customer_id")}
        if len(told) > 4 * most or len(found) > most:
            return None
    return sorted(found)


def is_in_books(event_id: str) -> bool:
    """Whether there is such an event."""
    return database()[COLLECTION].find_one({"_id": event_id}, {"_id": 1}) is not None
