"""The audit trail, read only."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api import references
from api.answers import One, PageOf, Resource
from api.endpoint import Endpoints
from api.problems import RequestRefused
from api.query import EventType, PageQuery, Sequence
from api.shape import Id, Instant, Shape
from billing.database import Row
from billing.errors import FieldError
from billing.events import queries
from billing.events.views import event_view
from billing.inputs import ObjectId
from billing.pages import Page
from billing.webhooks.fan_out import sequence_waiting


class EventActor(Shape):
    """Who did it."""

    type: Literal["user", "client", "system", "anonymous"]
    id: str
    name: str
    client_id: str | None
    """The OAuth client that acted for this user, if one did."""


class Event(Shape):
    """What was done to which object, when and by whom."""

    id: Id
    object: Literal["event"]
    seq: int | None
    """Its place in the sequence of all events, from 1 without gaps; null until it is given."""
    type: str
    """Such as `invoice.paid`."""
    object_id: str
    object_type: str
    customer_id: Id | None
    actor: EventActor
    changes: dict[str, Annotated[list[Any], Field(min_length=2, max_length=2)]]
    """Each changed field with its value before and after."""
    reason: str | None
    request_id: str | None
    ip: str | None
    created_at: Instant


class EventQuery(PageQuery):
    """Filters of the list."""

    object_id: ObjectId | None = None
    customer_id: ObjectId | None = None
    type: EventType | None = None
    actor_id: ObjectId | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
    after: Sequence | None = None
    """The last `seq` that you have seen, 0 to begin with: gives what comes after it, ascending.
    Excludes `cursor`, `sort` and `actor_id`."""


EVENT = Resource(Event, event_view, revised=False, references=(references.CUSTOMER,))
READ = "read:events"

endpoints = Endpoints("Events", "The audit trail: one event for each change.")


@endpoints.get("/events", "List events", scope=READ, query=EventQuery, answer=PageOf(EVENT))
def list_events(query: EventQuery) -> Page:
    """Newest first; with `after` in the order of `seq`, without gaps.

    To follow all that happens, keep the `seq` of the last event you have dealt with and ask with
    `after` again: at once while `has_more`, else when you like. Nothing appears later below a
    `seq` that was given. `next_cursor` is null then.
    """
    arguments = query.arguments()
    if query.after is None:
        return queries.list_events(**arguments)
    _refuse_beside_after(arguments)
    sequence_waiting()
    return queries.pull_events(**arguments)


def _refuse_beside_after(arguments: dict[str, Any]) -> None:
    """Raises RequestRefused for what has no meaning in the order of the sequence."""
    beside = sorted(arguments.keys() & {"cursor", "sort", "actor_id"})
    if beside:
        errors = [FieldError(name, "cannot be given with after") for name in beside]
        raise RequestRefused(422, "invalid", "Some query parameters are not valid.", errors)


@endpoints.get(
    "/events/<event_id>",
    "Show an event",
    scope=READ,
    answer=One(EVENT),
    refusals=(queries.EventNotFound,),
)
def get_event(event_id: str) -> Row:
    """Events never change."""
    return queries.get_event(event_id)
