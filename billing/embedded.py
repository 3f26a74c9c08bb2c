"""A MongoDB of one's own for machines without one: started for the first user, stopped by the last.

Every process that needs the database holds a shared lock on a file for as long as it does.
The kernel drops the lock of a killed process, so the count of users is never wrong, and a mongod
left running by such a process is simply found again by the next.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from billing.embedded_binary import EmbeddedMongoError, find_mongod
from billing.embedded_process import Mongod
from billing.embedded_replica_set import become_primary

__all__ = ["EmbeddedMongoError", "embedded_mongodb", "find_mongod"]


@contextmanager
def embedded_mongodb(data_dir: Path) -> Iterator[str]:
    """A running one-node replica set with its data in `data_dir`/mongo; yields its URI.

    The URI names the replica set, so that the driver knows transactions and retryable writes
    work, and waits for the primary. Any number of processes may be inside at once; the last to
    leave stops the server. Raises EmbeddedMongoError with one line for a person.
    """
    mongod = Mongod(data_dir.absolute())
    owner = os.getpid()
    users = _enter(mongod)
    try:
        yield f"mongodb://127.0.0.1:{mongod.port}/duebill?replicaSet=rs0"
    finally:
        if os.getpid() == owner:  # a forked child inherits this frame and may unwind it at its end
            _leave(mongod, users)


def _enter(mongod: Mongod) -> IO[bytes]:
    """Count this process as a user and see that the server runs."""
    with _starting(mongod):
        users = _open_lock(mongod.directory / "mongo-users.lock")
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            if not mongod.is_running():
                mongod.start(find_mongod(mongod.directory))
            become_primary(mongod.port)
        except BaseException:
            users.close()
            raise
    return users


def _leave(mongod: Mongod, users: IO[bytes]) -> None:
    """Give up the lock; whoever can then have it alone was the last and stops the server."""
    with _starting(mongod), users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        mongod.stop()


@contextmanager
def _starting(mongod: Mongod) -> Iterator[None]:
    """One start or stop at a time."""
    with _open_lock(mongod.directory / "mongo-start.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open_lock(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise EmbeddedMongoError(f"DATA_DIR: {path} cannot be used: {error.strerror}.") from None
