"""`flask worker`, and the worker beside a local portal: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from billing import sealing
from billing.database import Row
from billing.webhooks import targets
from billing.workers.heartbeats import workers_alive
from tests.billing.webhooks.receiver import receiving
from tests.billing.webhooks.working import happen, wait_for_statuses
from tests.factories import create_webhook_endpoint
from tests.running.test_serve import Portal
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"

pytestmark = pytest.mark.slow


class Process:
    """`flask worker` as typed at a terminal."""

    def __init__(self, uri: str, data_dir: Path) -> None:
        told = {
            "PATH": os.environ["PATH"],
            "MONGODB_URI": uri,
            "DATA_DIR": str(data_dir),
            "SECRET_KEY": SECRET_KEY,
            "WEBHOOK_ALLOW_PRIVATE": "true",
        }
        command = [sys.executable, "-m", "flask", "worker"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=told, stdout=pipe, stderr=pipe, text=True
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=60)[1]


@pytest.fixture
def worker(db: Database[Row], mongodb_uri: str, tmp_path: Path) -> Iterator[Process]:
    found = Process(mongodb_uri, tmp_path)
    wait_until(lambda: len(workers_alive("deliver")) == 1, 90)
    yield found
    if found.process.poll() is None:
        found.stop()


def test_it_delivers_and_ends_as_it_is_told(db: Database[Row], worker: Process) -> None:
    sealing.use_secret(SECRET_KEY)
    targets.allow_private(True)
    with receiving() as receiver:
        create_webhook_endpoint(url=receiver.url, event_types=["plan.*"])
        happen("plan_1", 3)
        wait_for_statuses(["delivered"] * 3)
    targets.allow_private(False)
    assert resident(worker.process.pid) < 150
    err = worker.stop()
    assert worker.process.returncode == 0
    assert "Traceback" not in err
    assert workers_alive() == []
    assert db.webhook_lanes.count_documents({"worker": {"$exists": True}}) == 0


def test_control_c_ends_it_as_well(worker: Process) -> None:
    worker.stop(signal.SIGINT)
    assert worker.process.returncode == 0
    assert workers_alive() == []


def test_a_wrong_setting_is_one_clear_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "portal.background"]
    told = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "LOG_LEVEL": "loud"}
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Duebill: LOG_LEVEL ")
    assert done.stderr.count("\n") == 1


def test_every_start_puts_events_of_before_the_sequence_in_line(
    db: Database[Row], mongodb_uri: str, tmp_path: Path
) -> None:
    (event_id,) = happen("plan_1")
    db.events.update_one({"_id": event_id}, {"$unset": {"unsequenced": 1}})
    command = [sys.executable, "-m", "flask", "db", "indexes"]
    told = {"PATH": os.environ["PATH"], "MONGODB_URI": mongodb_uri, "DATA_DIR": str(tmp_path)}
    subprocess.run(command, cwd=ROOT, env=told, capture_output=True, check=True)
    assert db.events.find_one({"_id": event_id})["unsequenced"] == event_id  # type: ignore[index]


@contextmanager
def running(data_dir: Path, **environ: str) -> Iterator[Portal]:
    """A portal that is ready, and ended whatever happens."""
    portal = Portal(data_dir, **environ)
    try:
        portal.wait_until_ready()
        yield portal
    finally:
        if portal.process.poll() is None:
            portal.stop()


def test_a_local_portal_brings_a_worker_and_takes_it_along(tmp_path: Path) -> None:
    with running(tmp_path, WORKER="") as portal:  # as if nothing was said
        workers = Workers(portal)
        first = workers.one()
        os.kill(first["pid"], signal.SIGKILL)
        wait_until(lambda: workers.one()["_id"] != first["_id"], 90)
        second = workers.one()
        workers.close()
        _, err = portal.stop()
    assert "Traceback" not in err
    for row in (first, second):
        assert not Path(f"/proc/{row['pid']}").exists()


def test_a_portal_brings_none_where_others_see_to_it(tmp_path: Path) -> None:
    with running(tmp_path) as portal:
        pid = portal.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        commands = [Path(f"/proc/{child}/cmdline").read_text() for child in children]
    assert commands
    assert not any("portal.beside" in command for command in commands)


class Workers:
    """The workers of a portal on an embedded database."""

    def __init__(self, portal: Portal) -> None:
        port = json.loads((portal.data_dir / "mongo.json").read_text())["port"]
        self.client: MongoClient[Any] = MongoClient(
            f"mongodb://127.0.0.1:{port}/?directConnection=true"
        )

    def one(self) -> Row:
        """The one that began last, once there is one."""
        rows = self.client.duebill.workers
        wait_until(lambda: rows.count_documents({}) > 0, 90)
        found: Row = rows.find_one({}, sort=[("_id", -1)])
        return found

    def close(self) -> None:
        self.client.close()


def resident(pid: int) -> int:
    """MiB of memory in use."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024
