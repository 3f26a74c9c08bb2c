"""A database that does not answer is waited for, but not for ever."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from billing import database, patience, transactions
from billing.patience import Patience
from billing.transactions import in_transaction
from tests.waiting import wait_until


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[Patience]:
    """All is asked with this patience, of a server that takes connections and says nothing."""
    found = Patience(0.6)
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        client: MongoClient[database.Row] = MongoClient(
            f"mongodb://127.0.0.1:{server.getsockname()[1]}/duebill?replicaSet=rs0",
            connectTimeoutMS=300,
            serverSelectionTimeoutMS=20_000,
            event_listeners=[found],
        )
        monkeypatch.setitem(database._patience, "of", found)
        monkeypatch.setattr(transactions, "_checks", [])  # they ask the other database
        monkeypatch.setattr(database, "database", client.get_default_database)
        monkeypatch.setattr(transactions, "database", client.get_default_database)
        yield found
        client.close()


def test_a_transaction_ends_when_patience_does(impatient: Patience) -> None:
    began = time.monotonic()
    with pytest.raises(PyMongoError):
        in_transaction(lambda: database.database().customers.insert_one({}))
    assert time.monotonic() - began < 10, "the driver alone tries for two minutes"


def test_a_request_waits_no_longer_once_the_database_is_known_to_be_away(
    impatient: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_HURRIED_SECONDS", 0.1)
    assert not impatient.is_at_an_end
    monkeypatch.setattr(patience, "_ELECTION_SECONDS", 0.2)
    with pymongo.timeout(0.1), pytest.raises(PyMongoError):
        database.database().customers.find_one()
    wait_until(lambda: impatient.is_at_an_end)
    with impatient.for_request():
        began = time.monotonic()
        with pytest.raises(PyMongoError):
            database.database().customers.find_one()
        assert time.monotonic() - began < 10, "not as long as a server is looked for"


def test_a_transaction_is_not_begun_again_once_an_election_would_be_over(
    impatient: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_ELECTION_SECONDS", 0.2)
    impatient.seconds = 30.0
    tried: list[float] = []

    def write() -> None:
        tried.append(time.monotonic())
        wait_until(lambda: impatient.is_at_an_end)  # the driver looks beside us
        with pymongo.timeout(0.3):
            database.database().customers.insert_one({})

    with pytest.raises(AutoReconnect, match="no primary"):
        in_transaction(write)
    assert len(tried) == 1


def test_a_database_that_nobody_has_asked_is_not_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_ELECTION_SECONDS", 0)
    asked = Patience(5)
    nowhere = "mongodb://127.0.0.1:1/?replicaSet=rs0"
    with MongoClient[database.Row](nowhere, connect=False, event_listeners=[asked]) as client:
        time.sleep(0.05)
        assert not asked.is_at_an_end, "a web process whose first request comes late"
        with pymongo.timeout(0.2), pytest.raises(PyMongoError):
            client.admin.command("ping")
        wait_until(lambda: asked.is_at_an_end)  # the driver tells from a thread of its own


def test_patience_returns_with_the_primary(db: database.Database[database.Row]) -> None:
    assert not database.patience().is_at_an_end
    own = Patience(1)
    own._away_since = time.monotonic() - 60
    assert own.is_at_an_end
    with MongoClient[database.Row](database.uri(), event_listeners=[own]) as client:
        client.admin.command("ping")
        wait_until(lambda: not own.is_at_an_end)


def test_who_has_time_is_not_hurried() -> None:
    own = Patience()
    own._away_since = time.monotonic() - 60
    assert not own.is_at_an_end
