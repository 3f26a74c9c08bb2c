"""Transactions that change one and the same document take turns at it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from billing import turns
from billing.database import database
from billing.invoices import one_off
from billing.transactions import in_transaction
from billing.turns import Turn, share_turns, take_turn
from tests.factories import create_customer, create_invoice

HOLDER = """
import sys
from pathlib import Path
from billing.turns import Turn, share_turns
share_turns(Path(sys.argv[1]))
assert Turn("numbers").acquire(30)
print("mine", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(turns, "_directory", {})
    share_turns(tmp_path)
    return tmp_path


@contextmanager
def another_process(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """It has its turn at numbers, for as long as it lives."""
    command = [sys.executable, "-c", HOLDER, str(directory)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "mine\n"
            yield process
        finally:
            process.kill()


def raise_counter(turn: Turn, before: Callable[[], Any] = lambda: None) -> int:
    """In a transaction of its own; how often it was begun."""
    begun = 0

    def work() -> None:
        nonlocal begun
        begun += 1
        before()
        take_turn(turn)
        database().counters.update_one({"_id": "hot"}, {"$inc": {"last": 1}}, upsert=True)

    in_transaction(work)
    return begun


def last() -> int:
    row = database().counters.find_one({"_id": "hot"})
    return int(row["last"]) if row else 0


def test_who_knows_that_it_takes_a_number_waits_first_and_never_begins_anew(
    db: Any, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = [create_customer() for _ in range(8)]
    create_invoice(customer=customers[0])
    begun: list[str] = []
    hold = one_off.hold_live_customer

    def counted(customer_id: str) -> Any:
        begun.append(customer_id)
        return hold(customer_id)

    monkeypatch.setattr(one_off, "hold_live_customer", counted)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)  # the machine may be busy
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: create_invoice(customer=customers[n % 8]), range(40)))
    numbers = [int(row["number"][-6:]) for row in db.invoices.find().sort("number", 1)]
    assert numbers == list(range(1, 42))
    assert len(begun) == 40


def test_who_comes_later_begins_anew_and_keeps_nothing_from_who_is_before(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, is_anothers, is_written = Turn("numbers"), Event(), Event()

    def write() -> None:
        database().counters.update_one({"_id": "both"}, {"$inc": {"last": 1}}, upsert=True)

    def first() -> None:
        take_turn(turn)
        is_anothers.set()
        assert is_written.wait(30)
        write()

    def second() -> None:
        write()
        is_written.set()

    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(raise_counter, turn, first)
        assert is_anothers.wait(30)
        other = pool.submit(raise_counter, turn, second)
    assert one.result() >= 1
    assert other.result() == 2
    assert {row["_id"]: row["last"] for row in db.counters.find()} == {"both": 2, "hot": 2}
    assert turn.acquire(0), "it was given back"


def test_processes_take_turns_and_nobody_waits_for_the_dead(
    db: Any, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)
    turn = Turn("numbers")
    with another_process(directory) as process, ThreadPoolExecutor(1) as pool:
        assert not turn.acquire(0.01)
        raised = pool.submit(raise_counter, turn)
        with pytest.raises(TimeoutError):
            raised.result(0.2)
        assert last() == 0
        process.kill()
        assert raised.result(30) == 2
    assert last() == 1


def test_whose_patience_ends_leaves_it_to_the_database(
    db: Any, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    with another_process(directory):
        assert raise_counter(Turn("numbers")) == 2
    assert last() == 1


def test_who_stands_still_is_waited_for_once(
    db: Any, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.3)
    turn = Turn("numbers")
    with another_process(directory) as process:
        assert raise_counter(turn) == 2
        assert [raise_counter(turn) for _ in range(3)] == [1, 1, 1]
        process.kill()
        process.wait()
        assert raise_counter(turn) == 1
    with another_process(directory):
        assert not turn.acquire(0.01), "somebody else may have it again"


def test_threads_take_turns_where_no_file_can_be(
    db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_directory", {})
    share_turns(tmp_path / "is not there")
    turn = Turn("numbers")
    assert turn.acquire(0)
    assert not turn.acquire(0)
    turn.release()
    assert raise_counter(turn) == 1


def test_a_turn_ends_with_its_transaction_although_that_fails(db: Any) -> None:
    turn = Turn("numbers")

    def fail() -> None:
        take_turn(turn)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        in_transaction(fail)
    assert turn.acquire(0)
