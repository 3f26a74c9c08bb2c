"""An end to requests: a socket's own timeout begins anew with each byte that trickles in."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from socket import SHUT_RDWR, socket
from threading import Lock, Thread
from time import monotonic, sleep

_LOOK_EVERY_SECONDS = 0.1

Find = Callable[[], socket | None]


class _Watch:
    """One thread for all requests of the process; it starts with the first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = count()
        self._watched: dict[int, tuple[float, Find]] = {}
        self._thread: Thread | None = None

    def add(self, end: float, find: Find) -> int:
        number = next(self._numbers)
        with self._lock:
            self._watched[number] = end, find
            if self._thread is None or not self._thread.is_alive():  # none comes along in a fork
                self._thread = Thread(target=self._look, name="cut-off", daemon=True)
                self._thread.start()
        return number

    def remove(self, number: int) -> None:
        with self._lock:
            del self._watched[number]

    def _look(self) -> None:
        while True:
            sleep(_LOOK_EVERY_SECONDS)
            now = monotonic()
            with self._lock:
                over = [find for end, find in self._watched.values() if end < now]
            for find in over:
                _shut(find())


_watch = _Watch()


@contextmanager
def cut_off_at(end: float, find: Find) -> Iterator[None]:
    """Whatever waits within for the socket that `find` gives ends at `end` (of time.monotonic)."""
    number = _watch.add(end, find)
    try:
        yield
    finally:
        _watch.remove(number)


def _shut(found: socket | None) -> None:
    """Wake up the thread that reads or writes; it closes the socket itself."""
    if found is not None:
        with contextlib.suppress(OSError):
            found.shutdown(SHUT_RDWR)
