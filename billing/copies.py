"""Copies of what is dear to compute, each under a name that tells exactly what it is a copy of.

In Redis where there is one, for all instances, else in this process. The name is what makes a copy
right: it carries the state of the database that the copy was made of, and whoever asks has just
read that state there. A copy of an earlier state is asked for by nobody, so none has to be taken
back, and it does not matter what Redis missed, forgot or kept while it was away.
"""

import json
import logging
from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Any, Protocol

KEPT_SECONDS = 600
_MOST = 64
_PREFIX = "duebill:copies:"

_log = logging.getLogger("duebill.copies")


class Copies(Protocol):
    """Somewhere to put them. What is put in is JSON's: texts, whole numbers, lists and objects."""

    def find(self, name: str) -> Any:
        """The copy of that name, not to be changed; None where there is none."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Keep a copy; or not, which only costs time."""
        ...


class OwnCopies:
    """In this process: the last few, for ten minutes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._lock = Lock()

    def find(self, name: str) -> Any:
        until, value = self._kept.get(name, (0.0, None))
        return value if monotonic() < until else None

    def put(self, name: str, value: Any) -> None:
        with self._lock:
            self._kept.pop(name, None)
            self._kept[name] = (monotonic() + KEPT_SECONDS, value)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)


class RedisCopies:
    """In Redis, for ten minutes. While it is away there are none, and nobody waits for it."""

    def __init__(self, url: str) -> None:
        # Its driver takes a tenth of a second and 10 MiB to load, which most need not pay.
        from billing.redis_away import ANSWER_SECONDS, Fuse, answers, impatient

        self._redis = impatient(url, ANSWER_SECONDS)
        self._fuse = Fuse(lambda: answers(self._redis), _log, "sums are added up each time")

    def find(self, name: str) -> Any:
        found = self._fuse.ask(lambda: self._redis.get(_PREFIX + name))
        try:
            return json.loads(found) if isinstance(found, bytes) else None
        except ValueError:
            return None

    def put(self, name: str, value: Any) -> None:
        text = json.dumps(value, separators=(",", ":"))
        self._fuse.ask(lambda: self._redis.set(_PREFIX + name, text, ex=KEPT_SECONDS))


_chosen: dict[str, Copies] = {}


def use_redis(url: str | None) -> None:
    """Where this process keeps its copies from now on."""
    _chosen["copies"] = RedisCopies(url) if url else OwnCopies()


def copies() -> Copies:
    """Where they are; in this process unless use_redis() was told otherwise."""
    return _chosen.setdefault("copies", OwnCopies())
