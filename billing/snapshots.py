"""Reads that all see the database as it was at one instant, now or a moment ago.

A transaction is such a view too, but the server ends it after a few seconds. A snapshot lasts as
long as the server keeps what was, five minutes unless it is told otherwise, and within them an
earlier one can be looked at again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from bson import Timestamp
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from billing.database import database

_GONE = {239, 246}
"""SnapshotTooOld; SnapshotUnavailable: a collection or index is newer than the snapshot."""


class SnapshotGone(Exception):
    """The server does not keep that instant any more."""


@contextmanager
def snapshot(at: Timestamp | None = None) -> Iterator[ClientSession]:
    """All reads within are of one instant: `at`, by the cluster's time, else that of the first
    read, which sees all that was acknowledged before. Nothing can be written within, nor can it be
    used in a transaction. Raises SnapshotGone."""
    with database().client.start_session(snapshot=True) as session:
        # The driver knows the option by no public name, though the server has it since 5.0.
        session._snapshot_time = at  # type: ignore[assignment]
        try:
            with session.bind(end_session=False):
                yield session
        except OperationFailure as error:
            if error.code in _GONE:
                raise SnapshotGone from error
            raise


def instant_of(session: ClientSession) -> Timestamp:
    """The instant that a snapshot is of, once something was read in it."""
    return cast("Timestamp", session._snapshot_time)
