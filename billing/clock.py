"""The only place that asks for the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The current instant, UTC, in whole milliseconds (what MongoDB keeps)."""
    instant = _frozen.get() or datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def today(timezone: str = "UTC") -> date:
    """The calendar date it is now in `timezone` (an IANA name)."""
    return now().astimezone(ZoneInfo(timezone)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the time stand at `at` (aware) within this context."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
