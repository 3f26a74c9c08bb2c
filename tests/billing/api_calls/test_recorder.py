"""The log is written beside the requests, and rather has gaps than makes anybody wait."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from billing import database
from billing.api_calls import recorder
from billing.api_calls.models import KEPT, call_row
from billing.api_calls.recorder import BATCH, LOST, MOST_WAITING, Recorder
from billing.database import Row
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


def row(number: int) -> Row:
    return call_row(
        method="GET",
        path=f"/api/v1/customers/{number}",
        query=[],
        operation="get_customer",
        status=200,
        milliseconds=1.0,
        request_id=str(number),
        address=None,
        actor=None,
    )


def lost() -> float:
    return LOST._value.get()


def test_rows_are_written_soon_and_a_full_batch_at_once(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = Recorder()
    writing.add(row(1))
    wait_until(lambda: db.api_calls.count_documents({}) == 1)
    monkeypatch.setattr(recorder, "SECONDS", 3600)
    patient = Recorder()
    for number in range(BATCH - 1):
        patient.add(row(number))
    assert db.api_calls.count_documents({}) == 1, "nobody waits for it"
    patient.add(row(BATCH))
    wait_until(lambda: db.api_calls.count_documents({}) == BATCH + 1)


def test_flushing_writes_all_that_waits(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SECONDS", 3600)
    writing = Recorder()
    for number in range(3):
        writing.add(row(number))
    writing.flush()
    assert db.api_calls.count_documents({}) == 3


def test_more_than_can_wait_is_dropped_and_counted(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "_write_now_and_then", lambda _: None)
    writing, before, one = Recorder(), lost(), row(1)
    for _ in range(MOST_WAITING + 7):
        writing.add(one)
    assert lost() - before == 7


def test_the_database_away_costs_rows_and_no_more(mongodb_uri: str, db: Any) -> None:
    writing, before = Recorder(), lost()
    database.disconnect()
    database.connect("mongodb://127.0.0.1:1/nothing", patience=0.1)
    try:
        writing.add(row(1))
        wait_until(lambda: lost() == before + 1)
    finally:
        database.disconnect()
        database.connect(mongodb_uri)
    writing.add(row(2))
    wait_until(lambda: database.database().api_calls.count_documents({"request_id": "2"}) == 1)


ENDING = """
import os, sys
from billing import database
from billing.api_calls.recorder import record
from tests.billing.api_calls.test_recorder import row

database.connect(sys.argv[1])
record(row(1))
if child := os.fork():
    os.waitpid(child, 0)
else:
    database.disconnect()
    database.connect(sys.argv[1])
    record(row(2))
    sys.exit()
"""


def test_the_end_of_a_process_writes_its_rows_and_a_fork_only_its_own(
    mongodb_uri: str, db: Any
) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ENDING, mongodb_uri], cwd=ROOT, check=True
    )
    assert sorted(found["request_id"] for found in db.api_calls.find()) == ["1", "2"]


def test_mongodb_itself_drops_rows_after_30_days(db: Any) -> None:
    expiry = db.api_calls.index_information()["expiry"]
    assert (expiry["key"], expiry["expireAfterSeconds"]) == ([("at", 1)], 30 * 24 * 3600)
    assert KEPT.days == 30
