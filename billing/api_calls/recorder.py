"""Writes the log of API calls beside the requests: in batches, bounded, and rather with gaps than
with anybody waiting.
"""

import atexit
import logging
import os
from collections import deque
from threading import Event, Lock, Thread

from prometheus_client import Counter
from pymongo.write_concern import WriteConcern

from billing.api_calls.models import COLLECTION
from billing.database import Row, database

BATCH = 500
SECONDS = 0.5
MOST_WAITING = 10_000

LOST = Counter("duebill_api_calls_lost", "API calls that could not be logged")

_log = logging.getLogger("duebill.api_calls")


class Recorder:
    """Rows wait for half a second at most, or until a batch is full; then a thread writes them."""

    def __init__(self) -> None:
        self._waiting: deque[Row] = deque()
        self._is_full = Event()
        self._lock = Lock()
        self._has_begun = False

    def add(self, row: Row) -> None:
        """Returns at once, whatever the database does."""
        if not self._has_begun:
            self._begin()
        if len(self._waiting) >= MOST_WAITING:
            LOST.inc()
            return
        self._waiting.append(row)
        if len(self._waiting) >= BATCH:
            self._is_full.set()

    def flush(self) -> None:
        """Write what waits, up to the first batch that cannot be written and is lost."""
        with self._lock:
            while self._waiting:
                batch = min(BATCH, len(self._waiting))
                if not _write([self._waiting.popleft() for _ in range(batch)]):
                    return

    def _begin(self) -> None:
        with self._lock:
            if self._has_begun:
                return
            self._has_begun = True
        Thread(target=self._write_now_and_then, name="api-calls", daemon=True).start()

    def _write_now_and_then(self) -> None:
        while True:
            self._is_full.wait(SECONDS)
            self._is_full.clear()
            self.flush()


def _write(rows: list[Row]) -> bool:
    try:
        calls = database().get_collection(COLLECTION, write_concern=WriteConcern(1))
        calls.insert_many(rows, ordered=False)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the next rows are to be written
        LOST.inc(len(rows))
        _log.warning("%s API calls were not logged: %s", len(rows), type(error).__name__)
        return False
    return True


_recorder = Recorder()


def record(row: Row) -> None:
    """Log one call, soon."""
    _recorder.add(row)


def flush() -> None:
    """Log all that waits, now."""
    _recorder.flush()


def _begin_anew() -> None:
    global _recorder  # noqa: PLW0603 -- rows and thread of the parent stay with the parent
    _recorder = Recorder()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(flush)
