"""`make run` as the person at the terminal sees it: real processes, real signals."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo.database import Database

from billing.database import Row
from tests.ports import free_port
from tests.running.test_embedded import pid_of

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


class Portal:
    """A portal in processes of its own, on an embedded database of its own."""

    def __init__(self, data_dir: Path, **environ: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.environ = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "WORKER": "false",  # see test_worker.py
            **environ,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of a GET on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + 120
        answer: object = None
        while True:
            if self.process.poll() is not None:
                pytest.fail(f"the portal ended: {self.process.communicate()}")
            try:
                answer = self.get("/readyz")
                if answer[0] == 200:
                    return
            except OSError as error:
                answer = error  # it does not listen yet
            assert time.monotonic() < end, f"the portal does not become ready: {answer}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
        """End it by a signal; what it said on its two streams."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return out, err


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    running = Portal(tmp_path)
    yield running
    if running.process.poll() is None:
        running.stop()
    if pid := pid_of(tmp_path):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(tmp_path / "mongo", ignore_errors=True)


def flask(portal: Portal, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=portal.environ, capture_output=True, text=True, check=False
    )


def test_it_serves_and_leaves_no_mongod_behind(portal: Portal) -> None:
    portal.wait_until_ready()
    assert json.loads(portal.get("/healthz")[2]) == {"status": "alive"}
    checks = json.loads(portal.get("/readyz")[2])["checks"]
    assert checks == {"database": "ok", "indexes": "ok", "redis": "not used", "restore": "ok"}
    out, err = portal.stop()
    assert f"http://localhost:{portal.port}/setup/" in out
    assert portal.process.returncode == 0
    assert not pid_of(portal.data_dir)
    assert list((portal.data_dir / "metrics").iterdir()) == []
    assert "Traceback" not in err


def test_control_c_at_a_terminal_stops_it_as_cleanly(portal: Portal) -> None:
    portal.wait_until_ready()
    os.killpg(portal.process.pid, signal.SIGINT)  # a terminal signals the whole group
    _, err = portal.process.communicate(timeout=60)
    assert not pid_of(portal.data_dir)
    assert "SIGKILL" not in err, "no worker had to be killed"


def test_the_logs_are_json_and_keep_the_set_up_link_to_themselves(portal: Portal) -> None:
    portal.wait_until_ready()
    portal.get("/no-such-page?secret=1", **{"X-Request-Id": "order-66"})
    portal.get("/setup/one-time-token")
    _, err = portal.stop()
    lines = [json.loads(line) for line in err.splitlines()]
    asked = next(line for line in lines if line.get("path") == "/no-such-page")
    assert (asked["request_id"], asked["status"]) == ("order-66", 404)
    assert "secret=1" not in err
    assert "one-time-token" not in err


def test_metrics_are_the_sum_over_all_workers(portal: Portal) -> None:
    portal.wait_until_ready()
    asked = 0
    end = time.monotonic() + 60
    while len(workers_that_counted(portal)) < 2 or not asked:
        assert time.monotonic() < end, "a worker never gets a request"
        with ThreadPoolExecutor(8) as pool:
            asked += len(list(pool.map(lambda _: portal.get("/healthz"), range(50))))
    for _ in range(5):  # whichever worker answers
        text = portal.get("/metrics")[2]
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        counted = [
            s.value
            for s in samples
            if s.name == "duebill_http_requests_total" and s.labels["endpoint"] == "/healthz"
        ]
        assert counted == [asked]


def test_a_limit_is_one_for_all_workers(tmp_path: Path) -> None:
    # Its log is a pipe that nobody reads before the end, and takes 64 KiB.
    limited = Portal(tmp_path, ADDRESS_RATE_LIMIT="40", LOG_LEVEL="error")
    try:
        limited.wait_until_ready()
        let_in: dict[int, list[int]] = {}

        def ask(_: int) -> None:
            status, headers, _body = limited.get("/api/v1/nothing")
            minute = round((time.time() + int(headers["RateLimit-Reset"])) / 60)
            if status == 404:
                let_in.setdefault(minute, []).append(int(headers["RateLimit-Remaining"]))

        end = time.monotonic() + 60
        with ThreadPoolExecutor(8) as pool:
            while len(workers_that_counted(limited)) < 2:  # one may be asleep for a while
                assert time.monotonic() < end, "a worker never gets a request"
                list(pool.map(ask, range(100)))
        fullest = max(let_in.values(), key=len)  # where a minute ended meanwhile there are two
        assert 40 <= len(fullest) <= 42, "each of two would have let in 40"
        assert set(fullest) == set(range(40))
    finally:
        limited.stop()


def test_calls_just_before_the_end_are_in_the_log(
    tmp_path: Path, mongodb_uri: str, db: Database[Row]
) -> None:
    stopping = Portal(tmp_path, MONGODB_URI=mongodb_uri)
    stopping.wait_until_ready()
    for number in range(20):
        stopping.get("/api/v1/nothing", **{"X-Request-Id": f"last-{number}"})
    stopping.stop()
    logged = {row["request_id"] for row in db.api_calls.find()}
    assert logged == {f"last-{number}" for number in range(20)}


def workers_that_counted(portal: Portal) -> set[str]:
    """The web processes that have written figures of their own; their master has some too."""
    found = {path.name for path in (portal.data_dir / "metrics").rglob("counter_*.db")}
    return found - {f"counter_{portal.process.pid}.db"}


def test_a_taken_port_is_one_clear_line(portal: Portal) -> None:
    portal.wait_until_ready()
    second = flask(portal, "serve")
    assert second.returncode == 1
    assert second.stderr == (
        f"Duebill cannot start: port {portal.port} is taken; "
        "stop what uses it or set PORT to another number.\n"
    )
    assert portal.get("/readyz")[0] == 200, "the first one does not notice"


def test_a_portal_that_was_killed_starts_again(tmp_path: Path, portal: Portal) -> None:
    portal.wait_until_ready()
    pid = pid_of(tmp_path)
    portal.stop(signal.SIGKILL)
    again = Portal(tmp_path)
    again.wait_until_ready()
    assert pid_of(tmp_path) == pid
    again.stop()
    assert not pid_of(tmp_path)


def test_a_command_shares_the_running_database_and_leaves_it_running(portal: Portal) -> None:
    portal.wait_until_ready()
    done = flask(portal, "db", "indexes")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+ collections have their indexes\.\n", done.stdout)
    assert portal.get("/readyz")[0] == 200


def test_a_command_starts_a_database_for_its_own_duration(portal: Portal) -> None:
    portal.wait_until_ready()
    portal.stop()
    assert flask(portal, "db", "indexes").returncode == 0
    assert not pid_of(portal.data_dir)


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    uri = f"mongodb://127.0.0.1:{free_port()}/duebill?serverSelectionTimeoutMS=200"
    portal = Portal(tmp_path, MONGODB_URI=uri)
    out, err = portal.process.communicate(timeout=60)
    assert portal.process.returncode == 1
    assert err.startswith("Duebill cannot start: MONGODB_URI: the database does not answer: ")
    assert (err.count("\n"), out) == (1, "")


def test_a_wrong_setting_is_one_clear_line_everywhere(tmp_path: Path) -> None:
    portal = Portal(tmp_path, DUEBILL_ENV="production")
    _, err = portal.process.communicate(timeout=60)
    needs = "DUEBILL_ENV=production needs MONGODB_URI and SECRET_KEY and JWT_SECRET to be set."
    assert err == f"Duebill: {needs}\n"
    assert flask(portal, "db", "indexes").stderr == err
