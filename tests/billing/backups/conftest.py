"""A closed installation is known at once here, and open again when a test ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing import closing, sealing
from billing.backups.exchange import go_back
from billing.backups.incoming import drop_incoming
from billing.database import Database, Row
from billing.indexes import ensure_indexes

Alone = Callable[[], None]
SECRET = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"


@pytest.fixture(autouse=True)
def at_once(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sealing.use_secret(SECRET)
    monkeypatch.setattr(closing, "ASK_AGAIN_SECONDS", 0.0)
    yield
    db.maintenance.delete_many({})
    if any(name.startswith(("restoring.", "replaced.")) for name in db.list_collection_names()):
        go_back()
        drop_incoming()
        ensure_indexes()
    closing.forget()


@pytest.fixture(autouse=True)
def alone(session_dir: Path) -> Iterator[Alone]:
    """Call it to be the only worker with a backup until the test ends: all have one server."""
    with (session_dir / "backups").open("w") as shared:
        fcntl.flock(shared, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(shared, fcntl.LOCK_EX)
