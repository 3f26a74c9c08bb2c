"""When a mail that could not be handed over is tried again."""

import random
from datetime import datetime, timedelta

GIVE_UP_AFTER = timedelta(days=2)
_MINUTE, _HOUR = 60.0, 3600.0
_WAITS = (15.0, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR)
_JITTER = 0.2


def next_try(tries: int, queued_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `tries` failures; None once it has been tried for long enough.

    The last try is made when the time is over.
    """
    give_up_at = queued_at + GIVE_UP_AFTER
    if now >= give_up_at:
        return None
    wait = _WAITS[min(max(tries, 1), len(_WAITS)) - 1]
    jittered = wait * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 -- no secret  # nosec B311
    return min(now + timedelta(seconds=jittered), give_up_at)
