"""When a delivery that failed is tried again, and how much a failing endpoint is slowed."""

import random
from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=3)
FAILING_AFTER = 3
"""So many failures in a row, whatever the events, and an endpoint counts as failing."""

_MINUTE, _HOUR = 60.0, 3600.0
_WAITS = (
    5.0,
    30.0,
    2 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    1 * _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
)
_LONGEST = _WAITS[-1]
_JITTER = 0.2
_PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)


def next_attempt(
    tries: int, now: datetime, give_up_at: datetime, retry_after: float | None = None
) -> datetime | None:
    """When to try again after `tries` failures; None once it has been tried for long enough.

    `retry_after` (seconds) can make the wait longer, up to the longest there is. The last try is
    made when the time is over.
    """
    if now >= give_up_at:
        return None
    wait = _jittered(_WAITS[min(tries, len(_WAITS)) - 1])
    if retry_after is not None:
        wait = max(wait, min(retry_after, _LONGEST))
    return min(now + timedelta(seconds=wait), give_up_at)


def is_failing(failures: int) -> bool:
    """Whether so many failures in a row are the endpoint's and not one event's."""
    return failures >= FAILING_AFTER


def pause_after(failures: int) -> timedelta:
    """How long a failing endpoint is left alone before the next single try."""
    if not is_failing(failures):
        return timedelta()
    return timedelta(seconds=_jittered(_PAUSES[min(failures - FAILING_AFTER, len(_PAUSES) - 1)]))


def _jittered(seconds: float) -> float:
    """Not all at once, should many have failed together."""
    return seconds * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 -- no secret  # nosec B311
