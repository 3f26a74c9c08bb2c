"""Who issues one invoice is let pass by a run that issues thousands."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from billing import turns
from billing.database import database
from billing.invoices import numbering, way
from billing.invoices.way import ask_for_way, give_way, need_no_way
from billing.runs.run_billing import run_billing
from billing.transactions import in_transaction, outside_transaction
from tests.billing.runs.books import many_subscriptions
from tests.factories import create_customer, create_invoice
from tests.waiting import wait_until


def seconds(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def test_nobody_waits_where_nobody_asked(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "GIVEN_SECONDS", 60)
    assert seconds(give_way) < 20
    ask_for_way()
    need_no_way()
    assert seconds(give_way) < 20


def test_who_asked_is_waited_for_but_not_for_long(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "GIVEN_SECONDS", 0.2)
    monkeypatch.setattr(way, "_UNTIL", {"$add": ["$$NOW", 60_000]})
    ask_for_way()
    assert 0.2 <= seconds(give_way) < 20


def test_who_asked_and_died_is_not_waited_for(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "GIVEN_SECONDS", 60)
    monkeypatch.setattr(way, "_UNTIL", {"$add": ["$$NOW", 100]})

    def ask_and_give() -> None:
        ask_for_way()
        give_way()

    assert 0.09 < seconds(ask_and_give) < 20


def test_a_run_writes_nothing_while_it_gives_way_and_goes_on_then(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_subscriptions(db, 10, last_start=date(2026, 6, 1))
    monkeypatch.setattr(way, "GIVEN_SECONDS", 120)
    monkeypatch.setattr(way, "_UNTIL", {"$add": ["$$NOW", 120_000]})
    looks, is_asked_for = list[bool](), way._is_asked_for

    def look() -> bool:
        looks.append(is_asked_for())
        return looks[-1]

    monkeypatch.setattr(way, "_is_asked_for", look)
    ask_for_way()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_billing, date(2026, 6, 30))
        wait_until(lambda: len(looks) > 10)
        assert all(looks)
        assert db.invoices.count_documents({}) == 0
        need_no_way()
        assert run.result(60).invoiced > 0


def test_whoever_waits_long_for_their_turn_asks_and_takes_it_back(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_GLANCE_SECONDS", 0.01)
    monkeypatch.setattr(turns, "_SOON_SECONDS", 0.01)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60)
    customer = create_customer()
    assert numbering._turn.acquire(1)
    with ThreadPoolExecutor(1) as pool:
        issued = pool.submit(lambda: create_invoice(customer=customer))
        wait_until(lambda: db[way.COLLECTION].count_documents({}) == 1)
        numbering._turn.release()
        assert issued.result(30).number
    assert db[way.COLLECTION].count_documents({}) == 0


def test_whoever_loses_to_others_again_and_again_asks(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.counters.insert_one({"_id": "INV", "last": 0})
    asked: list[int] = []
    begun = 0
    monkeypatch.setattr(numbering._turn, "ask", lambda: asked.append(begun))

    def another_machine_numbers() -> None:
        db.counters.update_one({"_id": "INV"}, {"$inc": {"last": 1}})

    def number() -> None:
        nonlocal begun
        begun += 1
        numbering.expect_numbers()
        database().counters.find_one({"_id": "INV"})
        if begun <= 3:
            outside_transaction(another_machine_numbers)
        numbering.take_numbers(["INV"])

    in_transaction(number)
    assert begun == 4
    assert asked == [3]
    assert db.counters.find_one({"_id": "INV"})["last"] == 4


def test_what_is_done_stays_done_where_the_wish_cannot_be_taken_back(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise PyMongoError("away")

    monkeypatch.setattr(way, "database", away)
    need_no_way()
    ask_for_way()
