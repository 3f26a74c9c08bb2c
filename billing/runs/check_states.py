"""Invariant 7: states are known and reached by allowed moves; every event's object exists."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from billing.credit_notes.models import STATUSES as CREDIT_NOTE_STATUSES
from billing.database import database, streamed
from billing.events.objects import COLLECTIONS
from billing.invoices.states import MOVES as INVOICE_MOVES
from billing.invoices.states import STATUSES as INVOICE_STATUSES
from billing.payments.models import STATUSES as PAYMENT_STATUSES
from billing.phrases import Code, Phrase
from billing.runs.check_join import Found
from billing.subscriptions.states import MOVES as SUBSCRIPTION_MOVES
from billing.subscriptions.states import STATUSES as SUBSCRIPTION_STATUSES

_AT_A_TIME = 1000
_MAY_BE_GONE = {"cli", "whk"}

_KNOWN = {
    "invoices": (Phrase("%(status)s is no state of an invoice"), INVOICE_STATUSES),
    "subscriptions": (Phrase("%(status)s is no state of a subscription"), SUBSCRIPTION_STATUSES),
    "payments": (Phrase("%(status)s is no state of a payment"), PAYMENT_STATUSES),
    "credit_notes": (Phrase("%(status)s is no state of a credit note"), CREDIT_NOTE_STATUSES),
}
_MOVES = {"invoice": INVOICE_MOVES, "subscription": SUBSCRIPTION_MOVES}


def states_are_known() -> Found:
    """Every state is one of its table, and a paid invoice has nothing due."""
    for collection, (template, statuses) in _KNOWN.items():
        for row in streamed(collection, {"status": {"$nin": list(statuses)}}, {"status": 1}):
            yield row["_id"], Phrase(template, status=Code(row["status"]))
    unsettled = {"status": "paid", "amount_due": {"$ne": 0}}
    for row in streamed("invoices", unsettled, {"_id": 1}).hint("due"):  # it has all of that
        yield row["_id"], Phrase("paid, yet something is due")


def moves_are_allowed() -> Found:
    """Each change of state that an event tells of leads along the moves of its table.

    An event may tell of several moves at once, when a run caught up with several days.
    """
    told = {"object_type": {"$in": list(_MOVES)}, "changes.status": {"$exists": True}}
    fields = {"object_type": 1, "object_id": 1, "changes.status": 1}
    for event in streamed("events", told, fields):
        before, after = event["changes"]["status"]
        if before and after and after not in reachable(_MOVES[event["object_type"]], before):
            moved = {"before": Code(before), "after": Code(after)}
            yield event["object_id"], Phrase("it went from %(before)s to %(after)s", **moved)


def reachable(moves: dict[str, frozenset[str]], state: str) -> frozenset[str]:
    """The states that the moves lead to from `state`, in one step or more."""
    found: set[str] = set()
    waiting = [state]
    while waiting:
        new = moves.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


def events_have_objects() -> Found:
    """Whatever an event tells of exists."""
    rows = streamed("events", {}, {"object_id": 1, "_id": 0}).sort("object_id", 1)
    ids = (object_id for object_id, _ in groupby(row["object_id"] for row in rows))
    for kind, found in groupby(ids, key=lambda object_id: object_id.partition("_")[0]):
        if kind in COLLECTIONS and kind not in _MAY_BE_GONE:
            yield from _missing(COLLECTIONS[kind], found)


def _missing(collection: str, ids: Iterable[str]) -> Found:
    for chunk in _chunks(ids):
        there = database()[collection].find({"_id": {"$in": chunk}}, {"_id": 1})
        for object_id in sorted(set(chunk) - {row["_id"] for row in there}):
            yield object_id, Phrase("events tell of it, but it does not exist")


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(ids)
    while chunk := list(islice(iterator, _AT_A_TIME)):
        yield chunk
