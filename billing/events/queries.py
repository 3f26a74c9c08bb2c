"""Reading the audit trail."""

from typing import Any, Unpack

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.errors import NotFound
from billing.events.models import COLLECTION
from billing.pages import Page, PageArguments, PageRequest, paginate

SORTS = {"created_at": "_id"}


class EventNotFound(NotFound):
    code = "event_not_found"


def list_events(
    *,
    object_id: str | None = None,
    customer_id: str | None = None,
    type: str | None = None,  # noqa: A002  (the field's own name)
    actor_id: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Events, newest first; a customer's actor sees only what happened to that customer."""
    filters = {
        "object_id": object_id,
        "customer_id": own_customer_id() or customer_id,
        "type": type,
        "actor.id": actor_id,
    }
    where = {name: value for name, value in filters.items() if value is not None}
    if own_customer_id() and customer_id not in {None, own_customer_id()}:
        where["_id"] = ""  # somebody else's: nothing matches
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def get_event(event_id: str) -> Row:
    """One event. Raises EventNotFound."""
    where: dict[str, Any] = {"_id": event_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found = database()[COLLECTION].find_one(where)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found
