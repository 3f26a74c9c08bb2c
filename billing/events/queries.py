"""Reading the audit trail."""

from datetime import datetime
from typing import Any, Unpack

from pymongo.read_concern import ReadConcern

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.errors import Invalid, NotFound
from billing.events.models import COLLECTION
from billing.events.sequence import waiting_events
from billing.ids import lowest_id
from billing.pages import MAX_COUNT, Page, PageArguments, PageRequest, count_capped, paginate

SORTS = {"created_at": "_id"}


class EventNotFound(NotFound):
    code = "event_not_found"


def list_events(
    *,
    object_id: str | None = None,
    customer_id: str | None = None,
    type: str | None = None,  # noqa: A002  (the field's own name)
    actor_id: str | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Events, newest first; a customer's actor sees only what happened to that customer.

    `since` and `until` are aware moments: recorded from the one on and before the other.
    """
    where = _where(object_id=object_id, customer_id=customer_id, type_=type)
    if actor_id is not None:
        where["actor.id"] = actor_id
    if request_id is not None:
        where["request_id"] = request_id
    bounds = {"$gte": since and lowest_id("evt", since), "$lt": until and lowest_id("evt", until)}
    recorded = {op: bound for op, bound in bounds.items() if bound}
    if recorded and "_id" not in where:
        where["_id"] = recorded
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def pull_events(
    after: int,
    *,
    object_id: str | None = None,
    customer_id: str | None = None,
    type: str | None = None,  # noqa: A002  (the field's own name)
    limit: int = 20,
) -> Page:
    """Events with a number above `after`, ascending; the next page comes after its last number.

    Whoever has seen a number never sees one below it appear. `has_more` also says that events wait
    for their numbers. Raises Invalid for a limit outside 1 to 100.
    """
    if not 1 <= limit <= 100:
        raise Invalid("limit must be from 1 to 100.", field="limit")
    still_waiting = waiting_events() > 0
    where = _where(object_id=object_id, customer_id=customer_id, type_=type)
    where["seq"] = {"$gt": after}
    # What a minority of the servers knows could be taken back, and its number given again.
    events = database()[COLLECTION].with_options(read_concern=ReadConcern("majority"))
    rows = list(events.find(where).sort("seq", 1).limit(limit + 1))
    has_more = len(rows) > limit
    total = count_capped(COLLECTION, where) if has_more else len(rows)
    return Page(
        items=rows[:limit],
        has_more=has_more or still_waiting,
        next_cursor=None,
        total=min(total, MAX_COUNT),
        total_capped=total > MAX_COUNT,
    )


def _where(*, object_id: str | None, customer_id: str | None, type_: str | None) -> Row:
    """The filter that both lists share."""
    filters = {
        "object_id": object_id,
        "customer_id": own_customer_id() or customer_id,
        "type": type_,
    }
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if own_customer_id() and customer_id not in {None, own_customer_id()}:
        where["_id"] = ""  # somebody else's: nothing matches
    return where


def get_event(event_id: str) -> Row:
    """One event. Raises EventNotFound."""
    where: dict[str, Any] = {"_id": event_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found = database()[COLLECTION].find_one(where)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found
