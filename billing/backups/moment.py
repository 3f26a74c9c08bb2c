"""Reading the whole database as it was at one moment, however long that takes.

MongoDB keeps the past for `minSnapshotHistoryWindowInSeconds` (five minutes by default; five
seconds in the embedded database, since history costs cache). While a backup reads, the window is
kept ahead of it, and put back in the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure, PyMongoError

from billing.backups.errors import BackupNotPossible
from billing.database import database
from billing.maintenance.lease import Lease

_AHEAD_SECONDS = 300
_LOOK_SECONDS = 30.0
_PARAMETER = "minSnapshotHistoryWindowInSeconds"
_TOO_OLD = frozenset({239, 246})  # SnapshotTooOld, SnapshotUnavailable


class Window:
    """How long the server keeps the past."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._began = self._looked = monotonic()
        self._before: int | None = None

    def open(self) -> None:
        """Widen it, where the server lets us; a backup that was killed left it wide."""
        try:
            answer = database().client.admin.command({"getParameter": 1, _PARAMETER: 1})
            self._before = self._lease.row().get("window") or int(answer[_PARAMETER])
            self._lease.note(window=self._before)
            self._widen()
        except OperationFailure:
            self._before = None  # not ours to change: what it is has to do

    def keep_ahead(self) -> None:
        """Call it now and then."""
        if self._before is not None and monotonic() - self._looked > _LOOK_SECONDS:
            self._looked = monotonic()
            self._widen()

    def close(self) -> None:
        """Put it back."""
        if self._before is not None:
            with suppress(PyMongoError):
                self._set(self._before)
                self._lease.note(window=None)

    def _widen(self) -> None:
        needed = int(monotonic() - self._began) + _AHEAD_SECONDS
        self._set(max(needed, self._before or 0))

    def _set(self, seconds: int) -> None:
        database().client.admin.command({"setParameter": 1, _PARAMETER: seconds})


@contextmanager
def one_moment(lease: Lease) -> Iterator[tuple[ClientSession, Window]]:
    """A session whose reads all see the same moment. Raises BackupNotPossible when the server does
    not remember it any more."""
    window = Window(lease)
    window.open()
    try:
        with database().client.start_session(snapshot=True) as session:
            yield session, window
    except OperationFailure as error:
        if error.code not in _TOO_OLD:
            raise
        raise BackupNotPossible(
            "The server does not keep the past for as long as the backup took: set "
            f"{_PARAMETER} of every member to more seconds than that (setParameter, or at their "
            "start) and begin again."
        ) from error
    finally:
        window.close()
