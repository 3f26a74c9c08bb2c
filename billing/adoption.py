"""Living at a test clock's time: an operation takes it from the first object it loads.

Whoever loads what may belong to a customer on a test clock calls `adopt_time_of` with its
`test_clock_id`, and `clock.now()` is the test clock's until the operation ends.
"""

from collections.abc import Iterable
from datetime import datetime

from billing import clock
from billing.database import database
from billing.errors import NotFound


class ClockNotFound(NotFound):
    code = "test_clock_not_found"


def adopt_time_of(test_clock_id: str | None) -> None:
    """Let time stand at the clock's now for the rest of the operation.

    Does nothing without a clock, and nothing outside of an operation: a read never adopts.
    """
    if test_clock_id and clock.may_adopt():
        found = database().test_clocks.find_one({"_id": test_clock_id}, {"now": 1})
        if found:
            clock.adopt(found["now"])


def times_of(test_clock_ids: Iterable[str]) -> dict[str, datetime]:
    """Where clocks stand, by id, for reads of what lives at their times."""
    if not (ids := list(set(test_clock_ids))):
        return {}
    rows = database().test_clocks.find({"_id": {"$in": ids}}, {"now": 1})
    return {row["_id"]: row["now"] for row in rows}


def hold_test_clock(test_clock_id: str) -> None:
    """Adopt the clock's time, and nobody can delete it before this transaction ends.

    For whoever puts something on a clock. Raises ClockNotFound.
    """
    held = {"_id": test_clock_id, "deleted_at": None}
    if not database().test_clocks.update_one(held, {"$inc": {"holds": 1}}).matched_count:
        raise ClockNotFound("There is no such test clock.", field="test_clock_id")
    adopt_time_of(test_clock_id)
