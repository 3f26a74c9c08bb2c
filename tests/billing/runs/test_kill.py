"""Kill -9 at any moment, begin again, two at once: the books are those of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from functools import partial
from multiprocessing import active_children
from threading import Thread

import pytest

from billing.database import Database, Row
from billing.invoices.prepare_bills import prepare_bills
from billing.runs import chunk_work, chunks
from billing.runs.check import check_books
from billing.runs.run_billing import continue_run, run_billing, start_run
from tests.billing.runs.books import advanced, billed, many_subscriptions, numbers
from tests.waiting import wait_until

AS_OF = date(2026, 6, 30)
KILLS = 8
PATIENCE = 120.0

pytestmark = pytest.mark.slow


@pytest.fixture
def expected(db: Database[Row]) -> tuple[set[tuple[object, ...]], dict[str, tuple[object, ...]]]:
    """The books of an undisturbed run; then everything is as it was before it."""
    many_subscriptions(db, 400, last_start=date(2026, 6, 1))
    initial = list(db.subscriptions.find())
    run_billing(AS_OF)
    books = billed(db), advanced(db)
    for name in ("subscriptions", "invoices", "events", "counters", "billing_runs", "run_chunks"):
        db[name].delete_many({})
    db.subscriptions.insert_many(initial)
    return books


def start(uri: str, pause: float = 0) -> subprocess.Popen[bytes]:
    module, as_of = "tests.billing.runs.billing_process", AS_OF.isoformat()
    command = [sys.executable, "-m", module, uri, as_of, str(pause)]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def has_got_to(db: Database[Row], process: subprocess.Popen[bytes], invoices: float) -> bool:
    return db.invoices.count_documents({}) >= invoices or process.poll() is not None


def end(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()


def test_killed_at_any_moment_it_ends_in_the_books_of_an_undisturbed_run(
    db: Database[Row],
    mongodb_uri: str,
    expected: tuple[set[tuple[object, ...]], dict[str, tuple[object, ...]]],
) -> None:
    invoices, subscriptions = expected
    chance, struck = random.Random(20261123), []
    for kill in range(KILLS):
        before = db.invoices.count_documents({})
        # Where it strikes: somewhere in its own share of the first half, so that on a slow
        # machine the last of them is not too late.
        target = len(invoices) * (kill + chance.random()) / (2 * KILLS)
        process = start(mongodb_uri)
        wait_until(partial(has_got_to, db, process, max(before + 1, target)), PATIENCE)
        time.sleep(chance.random() / 50)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        struck.append(db.invoices.count_documents({}))
    assert struck[0] > 0
    assert struck == sorted(set(struck))  # each got further than the one before
    assert struck[-1] < len(invoices)
    assert db.subscriptions.count_documents({"next_billing_date": {"$lte": "2026-06-30"}})

    both = [start(mongodb_uri), start(mongodb_uri)]
    for process in both:
        end(process)

    assert billed(db) == invoices
    assert advanced(db) == subscriptions
    assert numbers(db) == list(range(1, len(invoices) + 1))
    finalized = [row["object_id"] for row in db.events.find({"type": "invoice.finalized"})]
    assert {row["_id"] for row in db.invoices.find({}, {"_id": 1})} <= set(finalized)
    assert len(finalized) == len(set(finalized))
    (run,) = db.billing_runs.find()
    assert (run["status"], run["invoiced"], run["skipped"]) == ("completed", len(invoices), 0)
    assert run["done_subscriptions"] == run["due_subscriptions"] == 400
    assert check_books() == []


def test_two_runs_at_once_in_processes_bill_everyone_once(
    db: Database[Row],
    mongodb_uri: str,
    expected: tuple[set[tuple[object, ...]], dict[str, tuple[object, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 30)
    monkeypatch.setattr(chunk_work, "prepare_bills", partial(prepare_bills, budget=20))
    invoices, subscriptions = expected
    other = start(mongodb_uri, pause=0.02)
    wait_until(partial(has_got_to, db, other, 1), PATIENCE)
    mine = run_billing(AS_OF)
    end(other)
    assert 0 < mine.invoiced < len(invoices)
    assert billed(db) == invoices
    assert advanced(db) == subscriptions
    assert numbers(db) == list(range(1, len(invoices) + 1))
    assert sum(run["invoiced"] for run in db.billing_runs.find()) == len(invoices)
    assert check_books() == []


def test_a_worker_that_dies_stops_nobody(
    db: Database[Row],
    expected: tuple[set[tuple[object, ...]], dict[str, tuple[object, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 8)
    invoices, subscriptions = expected
    run = start_run(AS_OF)
    worker = Thread(target=continue_run, args=(run.id,), kwargs={"workers": 2})
    worker.start()
    wait_until(lambda: db.invoices.count_documents({}) > 0 or not worker.is_alive(), PATIENCE)
    victim = active_children()[0]
    assert victim.pid
    os.kill(victim.pid, signal.SIGKILL)
    struck = db.invoices.count_documents({})
    worker.join(PATIENCE)
    assert not worker.is_alive()
    assert 0 < struck < len(invoices)
    assert billed(db) == invoices
    assert advanced(db) == subscriptions
    assert check_books() == []
