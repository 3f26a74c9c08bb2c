"""The daily run: begun once by the database's clock, late when nobody sees to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from billing import clock
from billing.database import Database, Row
from billing.runs import daily, schedule
from billing.runs.check import check_books
from billing.runs.daily import DailyBilling, begin_daily_run
from billing.runs.run_billing import continue_run, stop_run
from billing.runs.schedule import day_of, find_schedule
from billing.seller.models import DEFAULT_SELLER, Seller
from tests.billing.runs.books import many_subscriptions

NOON = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


class Launched:
    """What was launched, and which of it was asked to end."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.ended = 0

    def nothing(self, run_id: str) -> Launched:
        """As a process that dies at once."""
        self.runs.append(run_id)
        return self

    def whole(self, run_id: str) -> Launched:
        """As a process that comes to the end of the run."""
        self.runs.append(run_id)
        continue_run(run_id)
        return self

    def end(self, seconds: float) -> None:
        self.ended += 1


@pytest.fixture
def launched() -> Launched:
    return Launched()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, db: Database[Row]) -> Any:
    """Set the clock of the schedule."""

    def set_(moment: datetime) -> None:
        monkeypatch.setattr(daily, "server_now", lambda: moment)
        monkeypatch.setattr(schedule, "server_now", lambda: moment)

    set_(NOON)
    return set_


def switch(db: Database[Row], on: bool, time: str = "04:00", timezone: str = "UTC") -> None:
    rules = {"billing_run": {"automatic": on, "time": time}, "timezone": timezone}
    db.settings.update_one({"_id": "seller"}, {"$set": rules}, upsert=True)


def due_and_begun(db: Database[Row], launched: Launched) -> DailyBilling:
    """A job that has launched the run of the day, which did not come to its end."""
    switch(db, True)
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-06-29", "done": True})
    job = DailyBilling("wrk_1", launched.nothing)
    job.work()
    return job


def until_done(job: DailyBilling, db: Database[Row]) -> None:
    for _ in range(5):
        job.work()
        row = db.billing_daily.find_one({})
        if row and row["done"]:
            return
    raise AssertionError("the daily run does not come to its end")


@pytest.mark.parametrize(
    ("moment", "time", "timezone", "day"),
    [
        (datetime(2026, 6, 30, 3, 59, tzinfo=UTC), "04:00", "UTC", date(2026, 6, 29)),
        (datetime(2026, 6, 30, 4, 0, tzinfo=UTC), "04:00", "UTC", date(2026, 6, 30)),
        (datetime(2026, 6, 29, 19, 0, tzinfo=UTC), "04:00", "Asia/Tokyo", date(2026, 6, 30)),
        (datetime(2026, 6, 30, 3, 0, tzinfo=UTC), "22:30", "America/New_York", date(2026, 6, 29)),
        # 02:30 is left out on this day in Berlin, and comes twice on the other
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "02:30", "Europe/Berlin", date(2026, 3, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30", "Europe/Berlin", date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 10, tzinfo=UTC), "02:30", "Europe/Berlin", date(2026, 10, 24)),
    ],
)
def test_a_day_begins_at_its_time_in_the_sellers_zone(
    moment: datetime, time: str, timezone: str, day: date
) -> None:
    rules: Any = {**DEFAULT_SELLER, "timezone": timezone}
    rules["billing_run"] = {"automatic": True, "time": time}
    found: Seller = rules
    assert day_of(moment, found) == day


def test_it_begins_nothing_before_somebody_says_so_and_then_on_the_next_day(
    db: Database[Row], at: Any, launched: Launched
) -> None:
    job = DailyBilling("wrk_1", launched.whole)
    job.work()
    assert not find_schedule().is_automatic
    assert find_schedule().next_at is None
    switch(db, True)
    job.work()
    assert launched.runs == []
    assert find_schedule().next_at == datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
    at(NOON + timedelta(hours=16))
    until_done(job, db)
    assert len(launched.runs) == 1
    job.work()
    assert len(launched.runs) == 1
    (run,) = db.billing_runs.find()
    assert run["status"] == "completed"
    event = db.events.find_one({"type": "billing_run.started"})
    assert event
    assert event["actor"]["name"] == "Scheduler"


def test_after_forty_days_off_two_at_once_make_one_run_that_catches_up(
    db: Database[Row], at: Any, launched: Launched
) -> None:
    many_subscriptions(db, 30, last_start=date(2026, 5, 21))
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-05-21", "done": True})
    switch(db, True)
    both = Barrier(2)
    jobs = [DailyBilling(f"wrk_{n}", launched.whole) for n in (1, 2)]

    def work(job: DailyBilling) -> None:
        with clock.frozen(NOON):
            both.wait()
            job.work()

    threads = [Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with clock.frozen(NOON):
        for job in jobs:
            job.work()
        assert len(launched.runs) == db.billing_runs.count_documents({}) == 1
        assert db.subscriptions.count_documents({"next_billing_date": {"$lte": "2026-06-30"}}) == 0
        assert check_books() == []
    assert find_schedule().last_day == "2026-06-30"


def test_what_a_dead_scheduler_left_another_lets_go_on(
    db: Database[Row], at: Any, launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(db, True)
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-06-29", "done": True})
    DailyBilling("wrk_1", launched.nothing).work()
    other = DailyBilling("wrk_2", launched.whole)
    other.work()
    assert len(launched.runs) == 1, "the lease of the dead one holds"
    assert not find_schedule().is_late
    db.billing_daily.update_one({}, {"$set": {"leased_until": NOON}})
    other.work()
    assert len(launched.runs) == 1, "its process may still be at work"
    silent = {"heartbeat_at": clock.now() - timedelta(minutes=1)}
    db.billing_runs.update_one({}, {"$set": silent})
    assert find_schedule().is_late, "nobody works on it"
    until_done(other, db)
    assert launched.runs == [launched.runs[0]] * 2
    assert db.billing_runs.count_documents({"status": "completed"}) == 1
    assert not find_schedule().is_late


def test_a_run_is_late_half_an_hour_after_its_time(db: Database[Row], at: Any) -> None:
    switch(db, True)
    assert not find_schedule().is_late, "nobody ever ran the schedule: another trouble"
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-06-29", "done": True})
    at(datetime(2026, 6, 30, 4, 29, tzinfo=UTC))
    assert not find_schedule().is_late
    at(datetime(2026, 6, 30, 4, 31, tzinfo=UTC))
    assert find_schedule().is_late
    switch(db, False)
    assert not find_schedule().is_late


def test_a_run_that_a_person_stopped_is_over_for_that_day(
    db: Database[Row], at: Any, launched: Launched
) -> None:
    job = due_and_begun(db, launched)
    stop_run(launched.runs[0])
    job.work()
    assert db.billing_daily.find_one({})["done"]  # type: ignore[index]
    assert not find_schedule().is_late


def test_it_ends_its_process_and_leaves_the_watch_to_others(
    db: Database[Row], at: Any, launched: Launched
) -> None:
    job = due_and_begun(db, launched)
    job.finish(1.0)
    assert launched.ended == 1
    row = db.billing_daily.find_one({}) or {}
    assert "worker" not in row
    assert not row["done"]


def test_who_lost_the_watch_begins_nothing(db: Database[Row], at: Any) -> None:
    db.billing_daily.insert_one({"_id": "daily", "day": "2026-06-30", "run_id": None})
    with pytest.raises(daily.LeaseLost):
        begin_daily_run("2026-06-30", "wrk_1")
    assert db.billing_runs.count_documents({}) == 0
