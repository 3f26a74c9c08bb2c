"""How wrong this machine's clock is: the database's is right for all, and the driver hears it with
every heartbeat.

One instance whose clock jumped would otherwise date invoices, and bill, a day too early, and take
nobody's token.
"""

from datetime import UTC, timedelta

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)

from billing import clock

_NOTHING = timedelta(seconds=2)
"""What clocks may be apart, and an answer may be late."""


class Skew(ServerHeartbeatListener):
    """Sets billing.clock right: by the first heartbeat, which comes before the first answer to any
    query, and from then on where two in a row say the same. A process that stood still reads first
    what it was told before. Between two of them no wall clock is asked, so one that jumps is found
    out before it is believed."""

    def __init__(self) -> None:
        self._before: timedelta | None = None

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        if not event.reply.is_writable:
            return
        there = event.reply.document["localTime"].replace(tzinfo=UTC)
        self.heard(there - clock.of_this_machine())

    def heard(self, off: timedelta) -> None:
        """The database's clock is so far ahead of this machine's."""
        before, self._before = self._before, off
        if before is None or abs(off - before) < _NOTHING:
            clock.set_right(off if abs(off) >= _NOTHING else timedelta())

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Nothing is known yet."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """What was known before still holds."""
