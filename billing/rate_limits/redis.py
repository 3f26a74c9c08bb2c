"""Counts in Redis, which the portals of several machines share.

Redis is not needed: where it does not answer, each machine counts for itself until it is back.
"""

import logging

from limits.storage import RedisStorage

from billing.rate_limits.shared import Counters
from billing.redis_away import ANSWER_SECONDS, Fuse, once

_KEPT_SECONDS = 120  # longer than a window, as clocks of machines differ

_log = logging.getLogger("duebill.rate_limits")


class RedisCounters:
    """One round trip a count. The driver's own retries, which take seconds, are off."""

    def __init__(self, url: str, otherwise: Counters) -> None:
        self._storage = RedisStorage(
            url,
            key_prefix="duebill:limits",
            retry=once(),  # type: ignore[arg-type]  # the driver's, passed through
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
        )
        self._otherwise = otherwise
        self._fuse = Fuse(self._storage.check, _log, "this machine counts alone")

    def count(self, key: str, ends: int) -> int:
        """In Redis; while that is away, by the other counters and without waiting."""
        counted = self._fuse.ask(lambda: self._storage.incr(f"{key}/{ends}", _KEPT_SECONDS))
        return self._otherwise.count(key, ends) if counted is None else counted
