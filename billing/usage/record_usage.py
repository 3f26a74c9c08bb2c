"""Recording usage: each event once, all of a batch or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing import clock
from billing.actors import current_actor, own_customer_id
from billing.database import Row, database
from billing.errors import FieldError
from billing.ids import new_id
from billing.subscriptions.queries import get_subscription
from billing.transactions import operation
from billing.usage.accept import Acceptance
from billing.usage.errors import UsageRefused
from billing.usage.inputs import UsageByHand, UsageEventInput
from billing.usage.models import EVENTS
from billing.usage.moments import Moments

Key = tuple[str, str]
"""A subscription's id and the event's own key: what it is told apart by."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of each entry of a batch, in its order: the event, and whether it was there
    before (or earlier in the batch)."""

    entries: list[tuple[Row, bool]]

    @property
    def counted(self) -> int:
        """How many entries were counted now."""
        return sum(not duplicate for _, duplicate in self.entries)


@operation
def record_usage(batch: Sequence[UsageEventInput], *, alone: bool = False) -> Recorded:
    """Count a batch of events, at most inputs.MOST_EVENTS of them, or one that came `alone`.

    An event is told by its subscription and idempotency key; one that was counted before, even
    by somebody else at this moment, is a duplicate and answered as before. Raises UsageRefused,
    with every entry that cannot be counted in `errors` (`3.meter`; of one alone `meter`), and
    counts nothing.
    """
    known = _known(batch)
    fresh = _first_of_each(batch, known)
    rows = _rows(batch, fresh, alone=alone)
    if rows:
        _write(rows)
    by_key = known | {_key_of(row): row for row in rows}
    positions = set(fresh)
    entries = [((e.subscription_id, e.idempotency_key), n) for n, e in enumerate(batch)]
    return Recorded([(by_key[key], n not in positions) for key, n in entries])


@operation
def record_by_hand(subscription_id: str, data: UsageByHand) -> Recorded:
    """Count what a person recorded; a day before today means its noon where the customer is.

    Raises SubscriptionNotFound and UsageRefused.
    """
    get_subscription(subscription_id)
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    moments, day = Moments.for_rows([row]), data.occurred_at
    at = moments.noon(row, day) if day and day != moments.today(row) else None
    event = UsageEventInput(
        subscription_id=subscription_id,
        meter=data.meter,
        value=data.value,
        occurred_at=at,
        idempotency_key=data.idempotency_key,
    )
    return record_usage([event], alone=True)


def _known(batch: Sequence[UsageEventInput]) -> dict[Key, Row]:
    """The events of the batch that are stored already."""
    where: Row = {
        "idempotency_key": {"$in": sorted({event.idempotency_key for event in batch})},
        "subscription_id": {"$in": sorted({event.subscription_id for event in batch})},
    }
    if own := own_customer_id():
        where["customer_id"] = own
    return {_key_of(row): row for row in database()[EVENTS].find(where)}


def _key_of(row: Row) -> Key:
    return row["subscription_id"], row["idempotency_key"]


def _first_of_each(batch: Sequence[UsageEventInput], known: dict[Key, Row]) -> list[int]:
    """The positions of entries whose key was never seen, also not earlier in the batch."""
    seen = set(known)
    fresh = []
    for position, event in enumerate(batch):
        key = event.subscription_id, event.idempotency_key
        if key not in seen:
            seen.add(key)
            fresh.append(position)
    return fresh


def _rows(batch: Sequence[UsageEventInput], fresh: list[int], *, alone: bool) -> list[Row]:
    """The rows to store. Raises UsageRefused."""
    acceptance = Acceptance.of([batch[position] for position in fresh])
    rows, errors = [], []
    now, actor = clock.now(), current_actor()
    by = {"type": actor.type, "id": actor.id, "name": actor.name}
    for position in fresh:
        event = batch[position]
        found = acceptance.refusals(event)
        place = "" if alone else f"{position}."
        errors += [FieldError(f"{place}{field}", message) for field, message in found]
        if not found:
            row = {"_id": new_id("use"), **acceptance.row(event), "actor": by, "created_at": now}
            rows.append(row)
    if errors:
        raise UsageRefused("Nothing was counted, since not all of it can be.", errors=errors)
    return rows


def _write(rows: list[Row]) -> None:
    """Store them and raise `usage_seq` of their subscriptions, which billing reads and checks:
    no event can slip in between a bill's adding up and its commit.

    The subscriptions come first, so that two who send the same meet there; the later one begins
    anew and finds the events of the first.
    """
    subscriptions = sorted({row["subscription_id"] for row in rows})
    meters = sorted({row["meter"] for row in rows})
    database().subscriptions.update_many(
        {"_id": {"$in": subscriptions}}, {"$inc": {"usage_seq": 1}}
    )
    database().meters.update_many(
        {"key": {"$in": meters}, "has_events": False},
        {"$set": {"has_events": True}, "$inc": {"revision": 1}},
    )
    database()[EVENTS].insert_many(rows, ordered=False)
