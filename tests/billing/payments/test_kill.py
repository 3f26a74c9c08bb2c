"""Kill -9 while money moves: nothing is lost, nothing is taken or paid back twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from billing.database import Database, Row
from billing.payments.models import RECEIVED
from billing.payments.settle_pending import settle_pending
from billing.runs.check import check_books

KILLS = 12

pytestmark = pytest.mark.slow


def moved(db: Database[Row]) -> int:
    return db.events.count_documents({})


def kill_one(db: Database[Row], uri: str, seed: int, chance: random.Random) -> None:
    """Let two processes move money, and strike one of them when it has got somewhere."""
    command = [sys.executable, "-m", "tests.billing.payments.money_process", uri]
    pair = [subprocess.Popen([*command, str(2 * seed + n)]) for n in range(2)]
    enough, deadline = moved(db) + 30, time.monotonic() + 60
    while moved(db) < enough:
        assert time.monotonic() < deadline
        assert all(process.poll() is None for process in pair)
        time.sleep(0.01)
    time.sleep(chance.random() / 5)
    for process in pair:
        process.kill()
        process.wait()
        assert process.returncode == -signal.SIGKILL


def told(db: Database[Row], kind: str) -> dict[str, int]:
    """What the provider says it moved, by our id."""
    where = {"_id": {"$regex": f"^{kind}_"}, "status": "succeeded"}
    return {row["_id"]: row["amount"] for row in db.fake_provider.find(where)}


def test_what_the_provider_moved_is_what_the_books_say(db: Database[Row], mongodb_uri: str) -> None:
    chance = random.Random(20261123)
    unanswered = 0
    for seed in range(KILLS):
        kill_one(db, mongodb_uri, seed, chance)
        unanswered += db.payments.count_documents({"status": "pending"})
    assert unanswered > 0  # some were struck, or timed out, in the midst
    while settle_pending(timedelta(0)):
        pass
    assert db.payments.count_documents({"status": "pending"}) == 0
    assert db.refunds.count_documents({"status": "pending"}) == 0
    by_fake = {"provider": "fake"}
    payments = db.payments.find({**by_fake, "status": {"$in": list(RECEIVED)}})
    refunds = db.refunds.find({**by_fake, "status": "succeeded"})
    assert {row["_id"]: row["amount"] for row in payments} == told(db, "pay")
    assert {row["_id"]: row["amount"] for row in refunds} == told(db, "rfd")
    assert db.credit_notes.count_documents({}) > 0
    assert db.events.count_documents({"type": "invoice.reminded"}) > 0
    assert check_books() == []
