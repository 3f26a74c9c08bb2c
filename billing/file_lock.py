"""A lock among the processes of one machine."""

import fcntl
import os
import time
from pathlib import Path

_LOOK_SECONDS = 0.002


class FileLock:
    """The kernel takes it from a holder that dies, so nobody waits for the dead (a lock of
    multiprocessing would stay taken for ever). Not for several threads of a process at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = -1

    def acquire(self, seconds: float) -> bool:
        """Wait for it so long at most; whether it is had. Raises OSError where no file can be."""
        self._held = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + seconds
        while not self._is_mine():
            if time.monotonic() >= until:
                self.release()
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def _is_mine(self) -> bool:
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give it back, if it is had."""
        if self._held >= 0:
            held, self._held = self._held, -1
            os.close(held)
