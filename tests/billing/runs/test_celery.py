"""A run carried by Celery: real workers on a real Redis, one killed, and Redis gone with all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis

from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.run_queue import carry_out
from billing.run_queue.app import bill
from billing.run_queue.carry_out import continue_by_celery
from billing.runs import chunks
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing, start_run
from tests.billing.runs.books import advanced, billed, many_subscriptions, numbers
from tests.redis_server import RedisServer, redis_server
from tests.waiting import wait_until

AS_OF = date(2026, 6, 30)
PATIENCE = 60.0
ANN = Actor(type="user", id="usr_1", name="Ann")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@contextmanager
def celery_worker(redis_url: str, mongodb_uri: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one process for chunks; its group ends with this context."""
    told = {"REDIS_URL": redis_url, "MONGODB_URI": mongodb_uri, "LOG_LEVEL": "error"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.billing.runs.celery_process"],
        env={**os.environ, **told},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def waiting_workers(redis_url: str) -> int:
    """How many wait for a message."""
    with Redis.from_url(redis_url) as client:
        return sum(each["cmd"] == "brpop" for each in client.client_list())


def both_bill(db: Database[Row]) -> bool:
    """Whether two workers have a chunk each, and something is billed."""
    held = db.run_chunks.count_documents({"worker": {"$exists": True}})
    return held == 2 and db.invoices.count_documents({}) > 0


def kill(process: subprocess.Popen[bytes]) -> None:
    """As a power failure would, with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_workers_bill_what_one_process_would_although_one_is_killed(
    db: Database[Row], mongodb_uri: str, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 4)
    monkeypatch.setattr(carry_out, "QUIET_SECONDS", 1.0)
    many_subscriptions(db, 300, last_start=date(2026, 6, 1))
    initial = list(db.subscriptions.find())
    run_billing(AS_OF)
    expected = billed(db), advanced(db)
    for name in ("subscriptions", "invoices", "counters", "events", "billing_runs"):
        db[name].delete_many({})
    db.subscriptions.insert_many(initial)
    seen: list[tuple[int, int]] = []

    def command(run_id: str) -> None:
        with acting_as(ANN):
            continue_by_celery(run_id, redis.url, on_progress=lambda *told: seen.append(told))

    with (
        celery_worker(redis.url, mongodb_uri) as victim,
        celery_worker(redis.url, mongodb_uri) as other,
    ):
        wait_until(lambda: waiting_workers(redis.url) == 2, PATIENCE)
        run = start_run(AS_OF)
        commander = Thread(target=command, args=(run.id,))
        commander.start()
        wait_until(lambda: both_bill(db) or not commander.is_alive(), PATIENCE)
        kill(victim)
        struck = db.invoices.count_documents({})
        commander.join(PATIENCE)
        assert not commander.is_alive()
        assert other.poll() is None
    assert 0 < struck < len(expected[0])
    assert (billed(db), advanced(db)) == expected
    assert numbers(db) == list(range(1, len(expected[0]) + 1))
    (closed,) = db.billing_runs.find()
    assert (closed["status"], closed["done_subscriptions"]) == ("completed", 300)
    assert seen[-1] == (300, 300)
    actors = {event["actor"]["name"] for event in db.events.find({"type": "invoice.finalized"})}
    assert actors == {"Ann"}
    assert check_books() == []


def test_without_worker_or_redis_whoever_commands_does_it_itself(
    db: Database[Row], redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 7)
    monkeypatch.setattr(carry_out, "QUIET_SECONDS", 0.1)
    many_subscriptions(db, 30, last_start=date(2026, 6, 1))
    redis.kill()
    run = continue_by_celery(start_run(AS_OF).id, redis.url)
    assert (run.status, run.done_subscriptions, run.still_due) == ("completed", 30, 0)
    assert run.invoiced == db.invoices.count_documents({}) > 0
    assert check_books() == []


def test_a_message_that_comes_twice_or_late_does_nothing(
    db: Database[Row], redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 7)
    many_subscriptions(db, 14, last_start=date(2026, 6, 1))
    run = start_run(AS_OF)
    chunks.make_chunks(run)
    first, second = chunks.open_chunks(run.id)
    assert chunks.lease_chunk(run.id, "wrk_other", first)
    bill(first, redis.url)
    assert db.invoices.count_documents({}) == 0
    bill(second, redis.url)
    billed_once = db.invoices.count_documents({})
    assert billed_once > 0
    bill(second, redis.url)
    assert db.invoices.count_documents({}) == billed_once
    chunks.release_leases(run.id, "wrk_other")
    db.billing_runs.update_one({}, {"$set": {"status": "stopped"}})
    bill(first, redis.url)
    assert db.invoices.count_documents({}) == billed_once
