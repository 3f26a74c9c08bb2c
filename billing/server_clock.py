"""The database server's clock, for what several machines must agree on.

A process that asks now and then and counts from there needs no right clock of its own.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic

from billing.database import database

_ASK_AGAIN_SECONDS = 5.0


class ServerClock:
    """Tells the server's time; asks it every few seconds. Threads may share it."""

    def __init__(self) -> None:
        self._told: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The instant that the server has now, aware, to within the way there and back."""
        told = self._told
        if told is None or monotonic() - told[1] >= _ASK_AGAIN_SECONDS:
            answer = database().client.admin.command("hello")
            told = self._told = answer["localTime"].replace(tzinfo=UTC), monotonic()
        return _counted_on(told)

    def estimate(self) -> datetime:
        """The same without asking, from when it was asked last; never raises what asking may."""
        return _counted_on(self._told) if self._told else datetime.now(UTC)


def _counted_on(told: tuple[datetime, float]) -> datetime:
    return told[0] + timedelta(seconds=monotonic() - told[1])
