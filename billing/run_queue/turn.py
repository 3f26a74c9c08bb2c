"""Whose turn it is to write, among workers on several machines: a lock in Redis.

It saves conflicts and decides nothing: while Redis is away, workers write without a turn, and the
database decides between them.
"""

import logging
import time
from types import TracebackType

from redis.exceptions import LockError, RedisError
from redis.lock import Lock

from billing.redis_away import impatient

PATIENCE_SECONDS = 10.0
"""So long nobody writes: a turn that is not given back within that ends by itself."""
_LOOK_SECONDS = 0.005
_AWAY_SECONDS = 5.0

_log = logging.getLogger("duebill.runs")


class RedisTurn:
    """The turn among all who work on a run."""

    def __init__(self, redis_url: str, run_id: str) -> None:
        self._redis = impatient(redis_url)
        self._name = f"duebill:turn:{run_id}"
        self._lock: Lock | None = None
        self._ask_again = 0.0

    def __enter__(self) -> None:
        if time.monotonic() < self._ask_again:
            return
        lock = Lock(self._redis, self._name, timeout=PATIENCE_SECONDS, sleep=_LOOK_SECONDS)
        try:
            if lock.acquire(blocking_timeout=PATIENCE_SECONDS):
                self._lock = lock
        except RedisError as error:
            self._ask_again = time.monotonic() + _AWAY_SECONDS
            _log.warning("Redis does not answer, workers write without turns: %s", error)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        lock, self._lock = self._lock, None
        try:
            if lock:
                lock.release()
        except LockError:
            _log.warning("A turn to write lasted longer than %s s", PATIENCE_SECONDS)
        except RedisError:
            pass  # it ends by itself
