"""The only place that asks for the time.

It is, in this order: the time of the test clock that the running operation has adopted, the time
that stands still by `frozen`, the real time: this machine's, set right by the database's where it
is wrong. It is counted on from there by the clock that only ever runs, so that a wall clock that
jumps changes nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Context variables: each thread and each request has its own.
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_adopting: ContextVar[bool] = ContextVar("adopting", default=False)
_adopted: ContextVar[datetime | None] = ContextVar("adopted", default=None)
# It also goes on while a machine sleeps, where the system has one that does.
_RUNNING: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _begun(off: timedelta = timedelta()) -> float:
    """When the running clock began to run, in seconds of the epoch."""
    return time.time() + off.total_seconds() - time.clock_gettime(_RUNNING)


_began = [_begun()]  # of the process


def now() -> datetime:
    """The current instant, UTC, in whole milliseconds (what MongoDB keeps)."""
    instant = _adopted.get() or _frozen.get() or _real()
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def wall_clock() -> datetime:
    """The current instant, whatever test clock an operation lives at."""
    return _frozen.get() or _real()


def of_this_machine() -> datetime:
    """What this machine's clock shows, right or wrong."""
    return datetime.now(UTC)


def set_right(off: timedelta) -> None:
    """The real time is that of this machine now and `off` (billing.skew)."""
    _began[0] = _begun(off)


def _real() -> datetime:
    return datetime.fromtimestamp(_began[0] + time.clock_gettime(_RUNNING), UTC)


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


@contextmanager
def adopting() -> Iterator[None]:
    """One attempt at an operation: what it adopts ends with it. Entered by the transaction."""
    adopting, adopted = _adopting.set(True), _adopted.set(None)
    try:
        yield
    finally:
        _adopted.reset(adopted)
        _adopting.reset(adopting)


def may_adopt() -> bool:
    """Whether an operation is running that lives at no test clock's time yet."""
    return _adopting.get() and _adopted.get() is None


def adopt(at: datetime) -> None:
    """Let the time stand at `at` until the running operation ends.

    The first to be adopted stays, so that time never jumps within an operation. Outside of one
    nothing happens: there would be no end to it.
    """
    if may_adopt():
        _adopted.set(at.astimezone(UTC))
