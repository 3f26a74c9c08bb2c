"""A machine whose clock is wrong goes by the database's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from billing import clock
from billing.database import Database, Row
from billing.skew import Skew
from tests.waiting import wait_until

DAY = timedelta(days=1)


@pytest.fixture
def skew() -> Iterator[Skew]:
    yield Skew()
    clock.set_right(timedelta())


def test_a_process_goes_by_the_first_heartbeat_it_hears(skew: Skew) -> None:
    skew.heard(-DAY)
    assert abs(clock.now() + DAY - datetime.now(UTC)) < timedelta(seconds=5)
    assert abs(clock.wall_clock() + DAY - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_that_jumps_later_is_set_right_by_what_two_heartbeats_say(skew: Skew) -> None:
    skew.heard(timedelta(0))
    skew.heard(-DAY)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    skew.heard(-DAY + timedelta(seconds=1))
    assert abs(clock.now() + DAY - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_that_jumps_is_not_believed_meanwhile(
    skew: Skew, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, real = datetime.now(UTC), time.time
    skew.heard(timedelta(0))
    monkeypatch.setattr(time, "time", lambda: real() + DAY.total_seconds())
    for off in (None, -DAY, -DAY):
        if off:
            skew.heard(off)
        assert abs(clock.now() - right) < timedelta(seconds=5)
        assert abs(clock.wall_clock() - right) < timedelta(seconds=5)


def test_one_heartbeat_that_was_read_late_changes_nothing(skew: Skew) -> None:
    for off in (timedelta(0), -40 * timedelta(seconds=1), timedelta(0), timedelta(0)):
        skew.heard(off)
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_clocks_that_are_all_but_equal_are_left_alone(skew: Skew) -> None:
    for _ in range(2):
        skew.heard(timedelta(seconds=1))
    before, found, after = datetime.now(UTC), clock.wall_clock(), datetime.now(UTC)
    half = timedelta(seconds=0.5)
    assert before - half < found < after + half


def test_time_that_stands_still_is_not_set_right(skew: Skew) -> None:
    for _ in range(2):
        skew.heard(DAY)
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with clock.frozen(noon):
        assert clock.now() == noon


def test_the_driver_tells_what_time_the_server_has(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymongo import MongoClient

    from billing import database

    wrong = lambda: datetime.now(UTC) - DAY  # noqa: E731
    monkeypatch.setattr(clock, "of_this_machine", wrong)
    own = Skew()
    heard: list[timedelta] = []
    monkeypatch.setattr(own, "heard", heard.append)
    with MongoClient[Row](
        database.uri(), event_listeners=[own], heartbeatFrequencyMS=500
    ) as client:
        client.admin.command("ping")
        wait_until(lambda: bool(heard))
    assert abs(heard[0] - DAY) < timedelta(seconds=5)
