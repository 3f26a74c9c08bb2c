"""Whose turn it is to write, among the processes of one machine and the two hands of each."""

import fcntl
import os
import time
from pathlib import Path
from threading import Lock
from types import TracebackType

PATIENCE_SECONDS = 10.0
"""So long nobody writes: MongoDB itself ends a transaction before that."""
_LOOK_SECONDS = 0.002


class Turn:
    """A lock on a file. The kernel takes it from a holder that dies, so nobody waits for the dead
    (a lock of multiprocessing would stay taken for ever); and who is frozen is waited for once.

    Whose patience ends goes on without a turn: the database decides between two who write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hand = Lock()
        self._held = -1
        self._patience = PATIENCE_SECONDS

    def __enter__(self) -> None:
        self._hand.acquire()
        self._held = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + self._patience
        while not self._is_mine():
            if time.monotonic() >= until:
                self._patience = 0.0
                return
            time.sleep(_LOOK_SECONDS)
        self._patience = PATIENCE_SECONDS

    def _is_mine(self) -> bool:
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._held)
        self._hand.release()
