"""Whose turn it is to write, among the processes of one machine and the two hands of each."""

from pathlib import Path
from threading import Lock
from types import TracebackType

from billing.file_lock import FileLock

PATIENCE_SECONDS = 10.0
"""So long nobody writes: MongoDB itself ends a transaction before that."""


class Turn:
    """Whoever is frozen is waited for once.

    Whose patience ends goes on without a turn: the database decides between two who write.
    """

    def __init__(self, path: Path) -> None:
        self._file = FileLock(path)
        self._hand = Lock()
        self._patience = PATIENCE_SECONDS

    def __enter__(self) -> None:
        self._hand.acquire()
        self._patience = PATIENCE_SECONDS if self._file.acquire(self._patience) else 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.release()
        self._hand.release()
