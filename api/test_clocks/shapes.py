"""How a test clock looks, and which page of the list is asked for."""

from typing import Literal

from api.query import PageQuery
from api.shape import Id, Instant, Shape


class TestClock(Shape):
    """A time of its own for customers that are made up."""

    id: Id
    object: Literal["test_clock"]
    name: str
    now: Instant
    """The time that its customers and all that belongs to them live at."""
    status: Literal["ready", "advancing"]
    """`advancing` also after an advance that was interrupted: advance again to finish it."""
    advancing_to: Instant | None
    created_at: Instant
    updated_at: Instant


class ClockQuery(PageQuery):
    """Which page of the list."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
