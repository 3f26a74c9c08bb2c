"""A worker: its jobs go on independently of each other, and it tells which of them do well."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from billing.database import Database, Row
from billing.workers import worker as module
from billing.workers.heartbeats import beat, sign_off, workers_alive
from billing.workers.worker import Job, Worker
from tests.waiting import wait_until


class Counting:
    """A job that counts its rounds."""

    def __init__(self, name: str = "count") -> None:
        self.name, self.rounds, self.finished = name, 0, False

    def work(self) -> float:
        self.rounds += 1
        return 0.01

    def finish(self, seconds: float) -> None:
        self.finished = True


class Failing(Counting):
    """A job that always fails."""

    def work(self) -> float:
        super().work()
        raise RuntimeError("as it must")


class Hanging(Counting):
    """A job that does not come back until it is let go."""

    def __init__(self) -> None:
        super().__init__("hang")
        self.let_go = threading.Event()

    def work(self) -> float:
        self.let_go.wait()
        return 1.0


@contextmanager
def running(*jobs: Job) -> Iterator[Worker]:
    worker = Worker()
    thread = threading.Thread(target=worker.run, args=(jobs,))
    thread.start()
    yield worker
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.5)


def test_jobs_go_on_until_it_is_stopped_and_then_finish(db: Database[Row]) -> None:
    job = Counting()
    with running(job):
        wait_until(lambda: job.rounds >= 3)
    assert job.finished
    rounds = job.rounds
    time.sleep(0.05)
    assert job.rounds == rounds


def test_a_job_that_fails_is_tried_again_later_and_holds_up_no_other(
    db: Database[Row], caplog: pytest.LogCaptureFixture
) -> None:
    failing, good, began = Failing("fail"), Counting(), time.monotonic()
    with running(failing, good):
        wait_until(lambda: good.rounds >= 20)
        assert 1 <= failing.rounds <= 1 + time.monotonic() - began, "a second later at the soonest"
    assert "The job fail failed" in caplog.text


def test_it_tells_that_it_is_alive_and_which_jobs_do_well(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, good = Hanging(), Counting()
    alive: list[list[str]] = []

    def beat_and_look(worker: str, jobs: list[str]) -> None:
        beat(worker, jobs)
        alive.append([row["_id"] for row in workers_alive("hang")])

    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(module, "beat", beat_and_look)
    with running(hanging, good) as worker:
        wait_until(lambda: alive[-1:] == [[]])
        assert alive[0] == [worker.id]
        wait_until(lambda: [row["jobs"] for row in workers_alive("count")] == [["count"]])
        (row,) = workers_alive()
        assert row["heartbeat_at"] >= row["started_at"]
    assert workers_alive() == []
    hanging.let_go.set()


def test_it_ends_when_it_is_wanted_no_more(db: Database[Row]) -> None:
    job = Counting()
    Worker().run([job], is_wanted=lambda: job.rounds < 5)
    assert job.finished


def test_who_was_silent_for_too_long_counts_as_dead(db: Database[Row]) -> None:
    beat("wrk_1", ["deliver"])
    beat("wrk_2", ["deliver"])
    beat("wrk_3", ["mail"])
    db.workers.update_one(
        {"_id": "wrk_1"}, [{"$set": {"heartbeat_at": {"$subtract": ["$$NOW", 21_000]}}}]
    )
    assert [row["_id"] for row in workers_alive()] == ["wrk_2", "wrk_3"]
    assert [row["_id"] for row in workers_alive("deliver")] == ["wrk_2"]
    assert len(workers_alive(seconds=30)) == 3
    sign_off("wrk_2")
    assert [row["_id"] for row in workers_alive()] == ["wrk_3"]
