"""How long a web process waits for a database that does not answer: a thread that waits for it
serves nobody else.

Other processes have time: a billing run waits for a new primary for as long as the driver does.
"""

from contextlib import AbstractContextManager, nullcontext
from time import monotonic

import pymongo
from pymongo.errors import AutoReconnect
from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
    TopologyClosedEvent,
    TopologyDescriptionChangedEvent,
    TopologyListener,
    TopologyOpenedEvent,
)

WEB_SECONDS = 10.0
"""What the web processes are given."""
_ELECTION_SECONDS = 4.0
"""A primary that is gone for no longer is waited for: there is another by then."""
_HURRIED_SECONDS = 0.5


class Patience(TopologyListener, ServerHeartbeatListener):
    """`seconds` for each transaction and each call outside of one; less for a whole request once
    it is known that nobody takes writes. The driver tells, and looks by itself for who does."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._away_since: float | None = None
        self._has_primary = self._looks = False

    def for_transaction(self) -> AbstractContextManager[None]:
        """In this context a transaction, begun again or not, has to end in time."""
        return pymongo.timeout(self.seconds) if self.seconds else nullcontext()

    def for_request(self) -> AbstractContextManager[None]:
        """In this context all that is asked of a database that is away fails soon."""
        return pymongo.timeout(_HURRIED_SECONDS) if self.is_at_an_end else nullcontext()

    @property
    def is_at_an_end(self) -> bool:
        """Whether waiting is of no use: for longer than an election there was no primary."""
        since = self._away_since
        return bool(self.seconds and since and monotonic() - since > _ELECTION_SECONDS)

    def check(self) -> None:
        """Raises AutoReconnect where trying again is of no use: whoever waits holds a thread."""
        if self.is_at_an_end:
            raise AutoReconnect("There was no primary for longer than an election takes.")

    def description_changed(self, event: TopologyDescriptionChangedEvent) -> None:
        self._has_primary = event.new_description.has_writable_server()
        self._note()

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """The driver looks for servers, which it does from the first question on: before that
        nobody is away."""
        self._looks = True
        self._note()

    def _note(self) -> None:
        if self._has_primary:
            self._away_since = None
        elif self._looks and self._away_since is None:
            self._away_since = monotonic()

    def closed(self, event: TopologyClosedEvent) -> None:
        """Nobody asks any more."""
        self._away_since = None
        self._has_primary = self._looks = False

    def opened(self, event: TopologyOpenedEvent) -> None:
        """Nothing is known yet."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """What the servers say makes the description."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """So does that they say nothing."""
