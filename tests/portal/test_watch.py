"""What goes wrong in the background is told on every page of staff, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from billing import clock
from billing.database import Database, Row
from billing.maintenance.held import let_go_on, note_restored
from billing.workers.heartbeats import beat
from portal import watch
from tests.portal.page_client import PageClient


@pytest.fixture(autouse=True)
def ask_anew(db: Database[Row]) -> Iterator[None]:
    watch.forget()
    yield
    watch.forget()


def told(client: PageClient) -> str:
    watch.forget()
    return client.get("/customers").text


def switch_on(db: Database[Row]) -> None:
    rules = {"billing_run": {"automatic": True, "time": "04:00"}}
    db.settings.update_one({"_id": "seller"}, {"$set": rules}, upsert=True)


def test_nothing_is_told_where_nothing_is_wrong(admin: PageClient) -> None:
    assert "Look at it" not in told(admin)


def test_a_late_run_and_a_schedule_that_nobody_runs(admin: PageClient, db: Database[Row]) -> None:
    switch_on(db)
    assert "Nobody runs the schedule" in told(admin)
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-01-01", "done": True})
    beat("wrk_1", ["billing run", "mail"])
    text = told(admin)
    assert "The daily billing run is late." in text
    assert "Nobody runs the schedule" not in text
    runs = admin.get("/runs").text
    assert "Next run" in runs
    assert "UTC" in runs


def test_a_worker_that_was_there_and_is_gone(admin: PageClient, db: Database[Row]) -> None:
    beat("wrk_1", ["mail", "deliver"])
    assert "No worker runs" not in told(admin)
    long_ago = clock.now() - timedelta(minutes=3)
    gone = {"jobs.mail": long_ago, "jobs.deliver": long_ago}
    db.workers.update_one({"_id": "seen"}, {"$set": gone})
    assert "No worker runs" in told(admin)


def test_what_a_restore_holds_back_is_told_until_it_goes_on(admin: PageClient) -> None:
    note_restored(clock.now(), "2026-11-26", mails=1, deliveries=0, is_held=True)
    assert "A backup was restored" in told(admin)
    assert let_go_on()
    assert "A backup was restored" not in told(admin)
