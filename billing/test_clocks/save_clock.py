"""Creating and deleting test clocks."""

from billing import clock
from billing.customers.queries import list_customers
from billing.events.journal import insert, update
from billing.test_clocks.errors import ClockInUse
from billing.test_clocks.inputs import CreateClock
from billing.test_clocks.models import Clock
from billing.test_clocks.queries import get_clock
from billing.transactions import operation


@operation
def create_clock(data: CreateClock) -> Clock:
    """A new test clock, on which nobody lives yet."""
    made = Clock(name=data.name, now=data.now)
    insert(made, "test_clock.created")
    return made


@operation
def delete_clock(clock_id: str, expected_revision: int | None = None) -> Clock:
    """Take a clock on which nobody lives any more off the list.

    Raises ClockNotFound, StaleRevision and ClockInUse.
    """
    found = get_clock(clock_id)
    found.check_revision(expected_revision)
    if list_customers(test_clock_id=clock_id, limit=1).items:
        raise ClockInUse("Customers live on this test clock. Delete them first.")
    found.deleted_at = clock.now()
    update(found, "test_clock.deleted")
    return found
