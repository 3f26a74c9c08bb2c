"""kill -9 a hundred times while everything is done at once: nothing lost, doubled or skipped."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from billing import clock
from billing.database import Database, Row
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from tests.factories import create_customer, create_meter, create_plan, create_subscription
from tests.waiting import wait_until

KILLS = 100
FIRST = date(2026, 1, 1)
DAYS = 3  # between one kill and the next

pytestmark = pytest.mark.slow


@pytest.fixture
def business(db: Database[Row]) -> None:
    """A few customers on plans of several kinds, one of them metered."""
    create_meter(key="calls")
    charge = {
        "key": "calls",
        "name": "Calls",
        "pricing_model": "per_unit",
        "unit_amount": "0.5",
        "meter": "calls",
        "timing": "in_arrears",
    }
    plans = [
        create_plan(name="Flat", price=4900),
        create_plan(name="Seats", price=700, pricing_model="per_unit", setup_fee=1000),
        create_plan(name="Calls", price=1900, charges=[charge], minimum_amount=2500),
        create_plan(name="Weekly", price=900, billing_cycle="weekly"),
    ]
    with clock.frozen(datetime(2026, 1, 1, 12, tzinfo=UTC)):
        for _ in range(3):
            customer = create_customer()
            for plan in plans:
                create_subscription(customer=customer, plan=plan)


@pytest.fixture
def busy(mongodb_uri: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.drills.busy", mongodb_uri]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    yield process
    process.kill()
    process.communicate()


def test_a_hundred_kills_lose_and_double_nothing(
    db: Database[Row], business: None, busy: subprocess.Popen[str]
) -> None:
    chance, told = random.Random(7), list[str]()
    assert busy.stdin
    assert busy.stdout
    os.set_blocking(busy.stdout.fileno(), False)
    for kill in range(KILLS):
        day, before = FIRST + timedelta(days=DAYS * kill), len(told)
        busy.stdin.write(f"{kill} {day}\n")
        busy.stdin.flush()
        while not (begun := [line for line in told[before:] if line.startswith("pid")]):
            assert busy.poll() is None
            told += _lines(busy)
        pid = int(begun[0].split()[1])
        time.sleep(0.05 + chance.random() * 0.4)
        for word in ("paid", "used"):  # some of it is done on any machine
            _hear(busy, told, word, (kill - 10) * 0.3)
        os.kill(pid, signal.SIGKILL)
    told += _lines(busy)
    assert sum(line.startswith("pid") for line in told) == KILLS
    with clock.frozen(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        run_billing()
    assert check_books() == []
    _check_told(db, told)


def _hear(busy: subprocess.Popen[str], told: list[str], word: str, more_than: float) -> None:
    """Take down what is told until so much of it begins with the word."""

    def heard() -> bool:
        told.extend(_lines(busy))
        return sum(line.startswith(word) for line in told) > more_than

    wait_until(heard, 60)


def _lines(busy: subprocess.Popen[str]) -> list[str]:
    assert busy.stdout
    time.sleep(0.01)
    try:
        text = os.read(busy.stdout.fileno(), 1 << 20).decode()
    except BlockingIOError:
        return []
    return text.splitlines()


def _check_told(db: Database[Row], told: list[str]) -> None:
    """All that was acknowledged is there, and there once."""
    paid = [line.split()[1] for line in told if line.startswith("paid")]
    used = [line.split()[1] for line in told if line.startswith("used")]
    begun = [line.split()[1] for line in told if line.startswith("subscribed")]
    assert len(paid) > KILLS / 4
    assert len(used) > KILLS / 4
    assert [db.payments.count_documents({"provider_reference": r}) for r in paid] == [1] * len(paid)
    assert [db.usage_events.count_documents({"idempotency_key": k}) for k in used] == [1] * len(
        used
    )
    assert db.subscriptions.count_documents({"_id": {"$in": begun}}) == len(begun)
