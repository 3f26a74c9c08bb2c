"""The connection to the database. What is written in one go is in billing.transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from typing import Any

import mongoengine
from pymongo.cursor import Cursor
from pymongo.database import Database

from billing.kept_collections import KeptCollections
from billing.patience import Patience
from billing.skew import Skew

Row = dict[str, Any]

_STREAMED = 1000
_ELECTION_MS = 15_000
_LOOK_MS = 2000  # reads are tried twice, and so wait as long for an election as transactions do

_uri: dict[str, str] = {}
_patience: dict[str, Patience] = {}
_kept: dict[str, KeptCollections] = {}
_held: ContextVar[Callable[[], None] | None] = ContextVar("held", default=None)


def connect(uri: str, *, patience: float | None = None) -> None:
    """Name the database; the first query opens the connection, so this is safe before a fork.

    `patience`: the seconds after which a call or a transaction that got no answer fails; without
    it the driver's own, which are many, and outlast an election on a busy machine
    (billing.patience).

    Transactions ask for majority and journal themselves. Other writes leave the concern to the
    server, whose default since MongoDB 5 is majority: given here, the driver would send it with
    each statement of a bound transaction, which the server refuses.
    """
    _uri["uri"] = uri
    waiting = _patience["of"] = Patience(patience)
    mongoengine.connect(
        host=uri,
        connect=False,
        uuidRepresentation="standard",
        tz_aware=True,
        tzinfo=UTC,  # in C, unlike the driver's own
        serverSelectionTimeoutMS=_ELECTION_MS if patience is None else _LOOK_MS,
        connectTimeoutMS=3000,
        heartbeatFrequencyMS=3000,  # who stands still is noticed within twice that
        timeoutMS=None if patience is None else int(1000 * patience),
        event_listeners=[waiting, Skew()],
        appname="duebill",
    )


def patience() -> Patience:
    """How long this process waits for the database."""
    return _patience.get("of") or Patience()


def uri() -> str:
    """What connect() was told, for processes that this one starts."""
    return _uri.get("uri", "")


def disconnect() -> None:
    """Close the connection; a later connect() opens another."""
    mongoengine.disconnect_all()
    _kept.clear()


def database() -> Database[Row]:
    """The PyMongo database, for reads of plain rows and for bulk writes."""
    release()
    plain: Database[Row] = mongoengine.get_db()
    kept = _kept.get("database")
    if kept is None or kept.plain is not plain:
        kept = _kept["database"] = KeptCollections(plain)
    return kept


@contextmanager
def holding(send: Callable[[], None]) -> Iterator[None]:
    """In this context `send` is called before anything is asked of the database: it sends what is
    held back until then (billing.last_inserts)."""
    token = _held.set(send)
    try:
        yield
    finally:
        _held.reset(token)


def release() -> None:
    """Send what is held back."""
    if send := _held.get():
        send()


def streamed(collection: str, where: Row, fields: Row | None = None) -> Cursor[Row]:
    """A cursor for passes over much: it holds a thousand rows, where MongoDB would send 16 MiB."""
    return database()[collection].find(where, fields, batch_size=_STREAMED)
