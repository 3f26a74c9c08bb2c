"""Several on the same work: everyone is billed once."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import partial
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.invoices import prepare_bills as preparing
from billing.runs import chunk_work, chunks, processes, turn
from billing.runs.check import check_books
from billing.runs.chunk_work import ChunkWork
from billing.runs.preview import preview_run
from billing.runs.queries import get_run
from billing.runs.run_billing import continue_run, run_billing, start_run
from billing.runs.turn import Turn
from tests.billing.runs.books import advanced, billed, many_subscriptions, numbers
from tests.waiting import wait_until

AS_OF = date(2026, 6, 30)
HOLDER = """
import sys
from pathlib import Path
from billing.runs.turn import Turn
with Turn(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 7)
    monkeypatch.setattr(chunk_work, "prepare_bills", partial(preparing.prepare_bills, budget=5))


def test_two_runs_at_once_bill_everyone_once(db: Database[Row], small_steps: None) -> None:
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    expected = preview_run(AS_OF)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(run_billing, [AS_OF, AS_OF]))
    assert {run.status for run in runs} == {"completed"}
    assert sum(run.invoiced for run in runs) == expected.invoiced == len(billed(db))
    assert sum(run.ended for run in runs) == expected.ended
    assert numbers(db) == list(range(1, expected.invoiced + 1))
    assert check_books() == []


def test_three_on_one_run_share_it(db: Database[Row], small_steps: None) -> None:
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    db.customers.update_one({}, {"$set": {"status": "suspended"}})
    expected = preview_run(AS_OF)
    run = start_run(AS_OF)
    chunks.make_chunks(run)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(continue_run, [run.id] * 3))
    finished = continue_run(run.id)
    assert finished.status == "completed"
    assert (finished.invoiced, finished.skipped) == (expected.invoiced, expected.skipped)
    assert finished.done_subscriptions == 60
    assert check_books() == []


def test_two_who_begin_the_same_run_at_once_bill_everyone_once(
    db: Database[Row], small_steps: None
) -> None:
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    db.customers.update_one({}, {"$set": {"status": "suspended"}})
    expected = preview_run(AS_OF)
    run = start_run(AS_OF)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(continue_run, [run.id] * 4))
    finished = continue_run(run.id)
    assert finished.status == "completed"
    assert (finished.invoiced, finished.skipped) == (expected.invoiced, expected.skipped)
    assert finished.due_subscriptions == finished.done_subscriptions == 60
    assert numbers(db) == list(range(1, expected.invoiced + 1))
    assert db.run_chunks.count_documents({}) == 0
    assert check_books() == []


def test_two_processes_bill_what_one_would(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 10)
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    initial = list(db.subscriptions.find())
    run_billing(AS_OF)
    expected = billed(db), advanced(db)
    for name in ("subscriptions", "invoices", "counters", "events"):
        db[name].delete_many({})
    db.subscriptions.insert_many(initial)
    seen: list[tuple[int, int]] = []
    with acting_as(Actor(type="user", id="usr_1", name="Ann")):
        run = run_billing(
            AS_OF, workers=2, on_progress=lambda done, total: seen.append((done, total))
        )
    assert (billed(db), advanced(db)) == expected
    assert (run.status, run.done_subscriptions) == ("completed", 60)
    assert seen[-1] == (60, 60)
    assert numbers(db) == list(range(1, run.invoiced + 1))
    actors = {event["actor"]["name"] for event in db.events.find({"type": "invoice.finalized"})}
    assert actors == {"Ann"}
    assert check_books() == []


def test_who_outlived_a_lease_writes_nothing_more(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It froze while it had found all to be skipped; meanwhile all of it was billed."""
    many_subscriptions(db, 20, last_start=date(2026, 6, 1))
    db.customers.update_many({}, {"$set": {"status": "suspended"}})
    run, commit = start_run(AS_OF), chunk_work.commit_or_skip
    frozen: list[Row] = []

    def freeze_once(*arguments: Any, **options: Any) -> Any:
        if not frozen:
            frozen.extend(db.run_chunks.find())
            db.run_chunks.update_many({}, [{"$set": {"leased_until": "$$NOW"}}])
            db.customers.update_many({}, {"$set": {"status": "active"}})
            assert continue_run(run.id).status == "completed"
        return commit(*arguments, **options)

    monkeypatch.setattr(chunk_work, "commit_or_skip", freeze_once)
    finished = continue_run(run.id)
    assert len(frozen) == 1
    assert (finished.skipped, finished.done_subscriptions) == (0, 20)
    assert db.run_skips.count_documents({}) == 0
    assert finished.invoiced == len(billed(db)) > 20
    assert check_books() == []


def test_a_frozen_process_is_ended_once_the_others_have_done_its_work(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch, half_way: HalfWay
) -> None:
    monkeypatch.setattr(processes, "_GRACE_SECONDS", 0.5)
    with half_way() as (run_id, watcher, victim):
        assert victim.pid
        os.kill(victim.pid, signal.SIGSTOP)
        db.run_chunks.update_many({}, [{"$set": {"leased_until": "$$NOW"}}])  # time passes
    watcher.join(60)
    assert not watcher.is_alive()
    assert (get_run(run_id).status, get_run(run_id).done_subscriptions) == ("completed", 60)
    assert not active_children()
    assert check_books() == []


HalfWay = Callable[[], AbstractContextManager[tuple[str, Thread, BaseProcess]]]


def workers_of(db: Database[Row]) -> set[str]:
    """The processes that hold chunks: each hand is named after its own."""
    return {hand.rpartition("-")[0] for hand in db.run_chunks.distinct("worker")}


@pytest.fixture
def half_way(db: Database[Row], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HalfWay:
    """A run, who watches it, and the other process: each of the two holds a chunk, and nobody
    writes within the context, since we do not let anybody."""
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 2)
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 60)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    @contextmanager
    def half_way() -> Iterator[tuple[str, Thread, BaseProcess]]:
        many_subscriptions(db, 60, last_start=date(2026, 6, 1))
        run = start_run(AS_OF)
        watcher = Thread(target=continue_run, args=(run.id,), kwargs={"workers": 2})
        watcher.start()
        wait_until(lambda: any(tmp_path.glob("duebill-run-*")))
        (directory,) = tmp_path.glob("duebill-run-*")
        with (directory / "turn").open("w") as ours:
            fcntl.flock(ours, fcntl.LOCK_EX)
            wait_until(lambda: len(workers_of(db)) == 2)
            (other,) = active_children()
            yield run.id, watcher, other

    return half_way


def test_what_a_killed_process_had_in_hand_is_taken_up_at_once(
    db: Database[Row], half_way: HalfWay
) -> None:
    with half_way() as (run_id, watcher, victim):
        victim.kill()
        long = [{"$set": {"leased_until": {"$add": ["$$NOW", 600_000]}}}]
        db.run_chunks.update_many({"worker": {"$exists": True}}, long)
    watcher.join(60)
    assert not watcher.is_alive(), "nobody waits for the lease to end"
    assert (get_run(run_id).status, get_run(run_id).done_subscriptions) == ("completed", 60)
    assert check_books() == []


def test_what_this_process_fails_at_is_billed_by_those_it_started(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: ChunkWork) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(chunks, "CHUNK_SIZE", 10)
    monkeypatch.setattr(ChunkWork, "bill", fail)  # not in the other, which is spawned
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    run = run_billing(AS_OF, workers=2)
    assert "A chunk is left to the other processes" in caplog.text
    assert (run.status, run.done_subscriptions) == ("completed", 60)
    assert run.invoiced == len(billed(db))
    assert check_books() == []


def test_a_run_goes_on_while_it_cannot_be_looked_at(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [AutoReconnect("nobody answers")] * 3

    def left(run_id: str) -> bool:
        if failures:
            raise failures.pop()
        return chunks.chunks_left(run_id)

    monkeypatch.setattr(chunks, "CHUNK_SIZE", 10)
    monkeypatch.setattr(processes, "chunks_left", left)
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    run = run_billing(AS_OF, workers=2)
    assert (run.status, run.done_subscriptions) == ("completed", 60)
    assert "cannot be looked at" in caplog.text


@pytest.mark.parametrize(("cores", "workers", "hands"), [(2, 1, 2), (2, 2, 1), (8, 4, 2)])
def test_processes_have_two_hands_where_there_are_cores_for_them(
    monkeypatch: pytest.MonkeyPatch, cores: int, workers: int, hands: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert processes.hands_for(workers) == hands


def test_a_turn_is_one_holders_at_a_time_and_ends_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"mine\n"
    descriptor = os.open(path, os.O_RDWR)
    with pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    holder.kill()
    holder.communicate()
    with Turn(path), pytest.raises(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


def test_who_is_frozen_in_its_turn_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 0.2)
    descriptor = os.open(tmp_path / "turn", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    mine, waited = Turn(tmp_path / "turn"), []
    for _ in range(2):
        began = time.monotonic()
        with mine:
            waited.append(time.monotonic() - began)
        monkeypatch.setattr(turn, "PATIENCE_SECONDS", 60)
    assert waited[0] >= 0.2
    assert waited[1] < 20
    os.close(descriptor)
    with mine, (tmp_path / "turn").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
