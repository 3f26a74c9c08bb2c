"""Redis, of which everybody can do without an answer, asked so that nobody waits for it.

Where it does not answer it is left alone at once and for all; one thread finds out when it is back.
"""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from threading import Lock, Thread
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

ANSWER_SECONDS = 0.2
_ASKED_AGAIN_SECONDS = 1.0

T = TypeVar("T")


@lru_cache(maxsize=4)
def impatient(url: str, seconds: float = 0.5) -> Redis:
    """One client a process; the driver's own retries, which take seconds, are off."""
    return Redis.from_url(
        url, retry=once(), socket_connect_timeout=ANSWER_SECONDS, socket_timeout=seconds
    )


def once() -> Retry:
    """How the driver is told not to try again."""
    return Retry(NoBackoff(), 0)


def answers(redis: Redis) -> bool:
    """Whether it does."""
    try:
        return bool(redis.ping())
    except RedisError:
        return False


class Fuse:
    """What stands between those who ask and a Redis that may be away.

    `is_back` asks it whether it answers; `otherwise` says, in the log, what is done without it.
    """

    def __init__(self, is_back: Callable[[], bool], log: logging.Logger, otherwise: str) -> None:
        self._is_back, self._log, self._otherwise = is_back, log, otherwise
        self._away = False
        self._lock = Lock()

    def ask(self, question: Callable[[], T]) -> T | None:
        """The answer; None, without waiting, while Redis is away."""
        if not self._away:
            try:
                return question()
            except RedisError as error:
                self._leave(error)
        return None

    def _leave(self, error: Exception) -> None:
        with self._lock:
            if self._away:
                return
            self._away = True
        self._log.warning("Redis does not answer, %s: %s", self._otherwise, error)
        Thread(target=self._return, name="redis-is-back", daemon=True).start()

    def _return(self) -> None:
        """Ask now and then, beside the requests: none of them waits for it."""
        time.sleep(_ASKED_AGAIN_SECONDS)
        while not self._is_back():
            time.sleep(_ASKED_AGAIN_SECONDS)
        self._away = False
        self._log.warning("Redis answers again.")
