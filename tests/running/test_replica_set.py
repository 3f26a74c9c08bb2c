"""A replica set with a key file and users, made beside a real mongod that demands them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from billing.embedded_binary import find_mongod
from billing.replica_set import ReplicaSetTrouble, initiate_replica_set
from tests.ports import free_port


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[int]:
    """The port of a mongod that lets nobody in without a password."""
    port, key = free_port(), tmp_path / "key"
    key.write_text("c2VjcmV0" * 20)
    key.chmod(0o400)
    (tmp_path / "db").mkdir()
    command = [
        str(find_mongod(tmp_path)), "--dbpath", str(tmp_path / "db"), "--port", str(port),
        "--bind_ip", "127.0.0.1", "--replSet", "rs0", "--keyFile", str(key), "--nounixsocket",
        "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "16",
    ]  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log)
    yield port
    process.kill()
    process.wait()


def initiate(port: int, password: str = "of the portal") -> bool:
    return initiate_replica_set(
        [f"127.0.0.1:{port}"],
        admin_password="of root",
        user="duebill",
        password=password,
        port=port,
    )


def test_the_set_and_its_users_are_made_once(guarded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert initiate(guarded)
    assert not initiate(guarded), "it is there already"
    where = f"127.0.0.1:{guarded}/duebill?replicaSet=rs0&authSource=admin"
    uri = f"mongodb://duebill:of the portal@{where}"
    with MongoClient[dict[str, object]](uri) as client:
        with client.start_session() as session, session.start_transaction():
            client.duebill.things.insert_one({}, session=session)
        assert client.admin.command("replSetGetStatus")["myState"] == 1
        with pytest.raises(OperationFailure):
            client.other.things.insert_one({})
        timeout = client.admin.command("replSetGetConfig")  # what a drill of failover stands on
        assert timeout["config"]["settings"]["electionTimeoutMillis"] == 2000
    wrong = uri.replace("of the", "nobody's")
    with MongoClient[dict[str, object]](wrong) as client, pytest.raises(OperationFailure):
        client.duebill.things.find_one()
    monkeypatch.setattr("billing.replica_set._SECONDS", 0.0)
    with pytest.raises(
        ReplicaSetTrouble, match=r"Authentication failed|requires authentication|already exists"
    ):
        initiate(guarded, password="another one")
