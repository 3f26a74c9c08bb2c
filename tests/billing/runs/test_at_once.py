"""Several on the same work: everyone is billed once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from billing.actors import Actor, acting_as
from billing.database import Database, Row
from billing.invoices import prepare_bills as preparing
from billing.runs import chunks, work
from billing.runs.check import check_books
from billing.runs.preview import preview_run
from billing.runs.run_billing import continue_run, run_billing, start_run
from billing.runs.turn import Turn
from tests.billing.runs.books import advanced, billed, many_subscriptions, numbers

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
    monkeypatch.setattr(work, "prepare_bills", partial(preparing.prepare_bills, budget=5))


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
