"""Events and their numbers, which workers give."""

import time

from billing.events.sequence import waiting_events


def unnumbered() -> int:
    """How many events have no number yet, counted no further than 1,000."""
    return waiting_events(1000)


def wait_until_numbered(seconds: float) -> None:
    """Until every event has a number, or the time is up."""
    deadline = time.monotonic() + seconds
    while unnumbered() and time.monotonic() < deadline:
        time.sleep(0.2)
