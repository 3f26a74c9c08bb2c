"""Counts in Redis, which the portals of several machines share.

Redis is not needed: where it does not answer, each machine counts for itself until it is back.
"""

import logging
import time
from threading import Lock, Thread

from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from billing.rate_limits.shared import Counters

ANSWER_SECONDS = 0.2
_ASKED_AGAIN_SECONDS = 1.0
_KEPT_SECONDS = 120  # longer than a window, as clocks of machines differ

_log = logging.getLogger("duebill.rate_limits")


class RedisCounters:
    """One round trip a count. The driver's own retries, which take seconds, are off."""

    def __init__(self, url: str, otherwise: Counters) -> None:
        self._storage = RedisStorage(
            url,
            key_prefix="duebill:limits",
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # the driver's, passed through
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
        )
        self._otherwise = otherwise
        self._away = False
        self._lock = Lock()

    def count(self, key: str, ends: int) -> int:
        """In Redis; while that is away, by the other counters and without waiting."""
        if not self._away:
            try:
                return self._storage.incr(f"{key}/{ends}", _KEPT_SECONDS)
            except RedisError as error:
                self._leave(error)
        return self._otherwise.count(key, ends)

    def _leave(self, error: Exception) -> None:
        with self._lock:
            if self._away:
                return
            self._away = True
        _log.warning("Redis does not answer, this machine counts alone: %s", error)
        Thread(target=self._return, name="redis-is-back", daemon=True).start()

    def _return(self) -> None:
        """Ask now and then, beside the requests: none of them waits for it."""
        time.sleep(_ASKED_AGAIN_SECONDS)
        while not self._storage.check():
            time.sleep(_ASKED_AGAIN_SECONDS)
        self._away = False
        _log.warning("Redis answers again.")
