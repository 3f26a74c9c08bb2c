"""Sums that take long are kept for a moment, and never for longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pymongo.database import Database

from billing import clock
from billing.database import Row
from billing.reports import kept as module
from billing.reports.figures import OVERVIEW, Figures, figures
from billing.reports.kept import KeptSumsJob
from tests.factories import create_invoice, create_payment, create_plan, create_subscription

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is added up takes longer than it may."""
    monkeypatch.setattr(module, "QUICK_MS", -1)


def sums(found: Figures) -> tuple[object, ...]:
    return found.mrr, found.months, found.collected, found.due


def at(seconds: int) -> Figures:
    with clock.frozen(NOW + timedelta(seconds=seconds)):
        return figures()


def test_quick_sums_are_of_now(db: Database[Row]) -> None:
    with clock.frozen(NOW):
        assert figures().due == {}
        owed = create_invoice()
        assert figures().due["USD"].open == owed.amount
    assert db.figures.find_one() is None


@pytest.mark.usefixtures("slow")
def test_kept_sums_are_what_was_added_up(db: Database[Row]) -> None:
    with clock.frozen(NOW):
        plan = create_plan(currency="EUR")
        create_subscription(plan=plan)
        create_payment()
        create_invoice()
        added = figures()
    assert db.figures.count_documents({}) == 1
    kept = at(60)
    assert (kept.is_kept, added.is_kept) == (True, False)
    assert sums(kept) == sums(added)
    assert kept.at == NOW


@pytest.mark.usefixtures("slow", "db")
def test_they_are_kept_for_two_minutes_and_not_beyond_midnight() -> None:
    at(0)
    with clock.frozen(NOW):
        create_invoice()
    assert at(119).due == {}
    assert at(121).due != {}
    midnight = int(timedelta(hours=14).total_seconds())
    assert at(midnight - 1).is_kept is False
    assert at(midnight + 1).is_kept is False
    assert at(-3600).is_kept is False


@pytest.mark.usefixtures("slow", "db")
def test_the_worker_adds_up_anew_what_is_kept() -> None:
    job = KeptSumsJob(OVERVIEW)
    with clock.frozen(NOW):
        job.work()
        figures()
        create_invoice()
        assert figures().due == {}
    with clock.frozen(NOW + timedelta(seconds=31)):
        job.work()
    assert at(40).due != {}
    assert at(40).is_kept


def test_it_is_not_kept_any_more_once_it_is_quick(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUICK_MS", -1)
    at(0)
    monkeypatch.setattr(module, "QUICK_MS", 10_000)
    at(130)
    assert db.figures.find_one() is None
