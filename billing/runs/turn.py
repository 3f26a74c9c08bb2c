"""Whose turn it is to write, among the processes of one machine."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turn:
    """A lock on a file. The kernel takes it from a holder that dies, so nobody waits for the dead
    (a lock of multiprocessing would stay taken for ever)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = -1

    def __enter__(self) -> None:
        self._held = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._held)
