"""How a meter looks, and what a list of them can be filtered by."""

from typing import Literal

from api.query import CreatedFilter, PageQuery, Search
from api.shape import Id, Instant, Metadata, Shape
from billing.inputs import Key
from billing.usage.inputs import Aggregation


class Meter(Shape):
    """Something that is measured."""

    id: Id
    object: Literal["meter"]
    key: str
    """What events and plans name it by."""
    name: str
    unit: str | None
    aggregation: Aggregation
    """How a period's events become one value; settled with the first event."""
    status: Literal["active", "archived"]
    has_events: bool
    metadata: Metadata
    created_at: Instant
    updated_at: Instant


class MeterQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Literal["active", "archived"] | None = None
    aggregation: Aggregation | None = None
    key: Key | None = None
    q: Search | None = None
    """Beginnings of words of name or key; or an id."""
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
