"""Finding test clocks."""

from typing import Unpack

from billing.adoption import ClockNotFound
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.test_clocks.models import Clock

SORTS = {"created_at": "_id"}


def get_clock(clock_id: str) -> Clock:
    """The test clock. Raises ClockNotFound, also for a deleted one."""
    found: Clock | None = Clock.objects(id=clock_id, deleted_at=None).first()
    if found is None:
        raise ClockNotFound("There is no such test clock.")
    return found


def list_clocks(**page: Unpack[PageArguments]) -> Page:
    """Test clocks, newest first."""
    return paginate("test_clocks", {"deleted_at": None}, PageRequest(**page), sorts=SORTS)
