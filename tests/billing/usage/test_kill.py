"""Kill -9 whoever sends usage, at any moment; sending it all again counts each event once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import date
from random import Random

import pytest

from billing.database import Database, Row
from billing.usage.aggregate import usage_in
from tests.billing.usage.sending_process import BATCH, EVENTS
from tests.factories import create_meter, create_subscription

KILLS = 5
PATIENCE = 120.0

pytestmark = pytest.mark.slow


def start(uri: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.billing.usage.sending_process", uri])


def wait_for(db: Database[Row], process: subprocess.Popen[bytes], events: float) -> None:
    deadline = time.monotonic() + PATIENCE
    while db.usage_events.count_documents({}) < events and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_whoever_is_killed_while_sending_counts_each_event_once(
    db: Database[Row], mongodb_uri: str
) -> None:
    create_meter(key="calls")
    subscriptions = [create_subscription().id for _ in range(3)]
    chance, struck = Random(20261123), []
    for kill in range(KILLS):
        process = start(mongodb_uri)
        wait_for(db, process, EVENTS * (kill + chance.random()) / (2 * KILLS) + 1)
        time.sleep(chance.random() / 50)
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
        struck.append(db.usage_events.count_documents({}))
    assert all(found % BATCH == 0 for found in struck)  # all of a batch, or nothing
    assert 0 < struck[0] < struck[-1] < EVENTS

    both = [start(mongodb_uri), start(mongodb_uri)]
    assert [process.wait(PATIENCE) for process in both] == [0, 0]

    keys = [row["idempotency_key"] for row in db.usage_events.find()]
    assert sorted(keys) == sorted({f"event-{number}" for number in range(EVENTS)})
    always = (date(2000, 1, 1), date(2999, 1, 1))
    usage = usage_in(dict.fromkeys(subscriptions, always))
    assert sum(used["calls"].value for used in usage.values()) == sum(range(EVENTS))
    assert sum(used["calls"].events for used in usage.values()) == EVENTS
    counted = sum(row["usage_seq"] for row in db.subscriptions.find())
    assert counted == EVENTS // BATCH * len(subscriptions)
