"""Test clocks: see in minutes what years will bring."""

from api.answers import NoContent, One, PageOf, Resource, created
from api.endpoint import Endpoints
from api.test_clocks.shapes import ClockQuery, TestClock
from billing.adoption import ClockNotFound
from billing.pages import Page
from billing.test_clocks import errors, queries, save_clock
from billing.test_clocks.advance import advance_clock
from billing.test_clocks.inputs import AdvanceClock, CreateClock
from billing.test_clocks.models import Clock
from billing.test_clocks.views import clock_view

CLOCK = Resource(TestClock, clock_view, told_by_revision=True)
READ, WRITE = "read:test_clocks", "write:test_clocks"

endpoints = Endpoints(
    "Test clocks", "A time of its own for made-up customers; they count in no figure."
)


@endpoints.get(
    "/test_clocks", "List test clocks", scope=READ, query=ClockQuery, answer=PageOf(CLOCK)
)
def list_test_clocks(query: ClockQuery) -> Page:
    """Newest first."""
    return queries.list_clocks(**query.arguments())


@endpoints.post(
    "/test_clocks",
    "Create a test clock",
    scope=WRITE,
    body=(CreateClock,),
    answer=created(CLOCK),
)
def create_test_clock(body: CreateClock) -> Clock:
    """Customers are put on it when they are created, by their `test_clock_id`."""
    return save_clock.create_clock(body)


@endpoints.get(
    "/test_clocks/<test_clock_id>",
    "Show a test clock",
    scope=READ,
    answer=One(CLOCK),
    refusals=(ClockNotFound,),
)
def get_test_clock(test_clock_id: str) -> Clock:
    """Where it stands."""
    return queries.get_clock(test_clock_id)


@endpoints.post(
    "/test_clocks/<test_clock_id>/advance",
    "Advance a test clock",
    scope=WRITE,
    body=(AdvanceClock,),
    answer=One(CLOCK),
    in_stages=True,
    revised=True,
    refusals=(ClockNotFound, errors.ClockGoesForward, errors.AdvanceTooFar),
)
def advance_test_clock(test_clock_id: str, body: AdvanceClock, revision: int | None) -> Clock:
    """Answers when all that falls due by then is done, in order. Safe to be sent again."""
    return advance_clock(test_clock_id, body, revision).clock


@endpoints.delete(
    "/test_clocks/<test_clock_id>",
    "Delete a test clock",
    scope=WRITE,
    answer=NoContent(),
    revised=True,
    refusals=(ClockNotFound, errors.ClockInUse),
)
def delete_test_clock(test_clock_id: str, revision: int | None) -> None:
    """Possible once its customers are deleted."""
    save_clock.delete_clock(test_clock_id, revision)
