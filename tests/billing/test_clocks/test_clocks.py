"""Test clocks: creating, listing and deleting them."""

from __future__ import annotations

import pytest

from billing.adoption import ClockNotFound
from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import parse
from billing.invoices.delete_customer import delete_customer
from billing.test_clocks.errors import ClockInUse
from billing.test_clocks.inputs import CreateClock
from billing.test_clocks.queries import get_clock, list_clocks
from billing.test_clocks.save_clock import delete_clock
from tests.factories import create_customer, create_test_clock


def test_a_date_is_its_midnight_and_an_instant_is_kept_in_utc(db: Database[Row]) -> None:
    shown = {
        "2026-01-31": "2026-01-31T00:00:00",
        "2026-01-31T09:00:00.1239+02:00": "2026-01-31T07:00:00.123000",
    }
    for typed, kept in shown.items():
        made = create_test_clock(now=typed)
        assert get_clock(made.id).now.isoformat() == f"{kept}+00:00"


@pytest.mark.parametrize("now", ["2026-01-31T09:00", "1999-12-31", "3000-01-01", "soon", "", None])
def test_other_times_are_refused(now: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        parse(CreateClock, {"name": "Trial", "now": now})
    assert {error.field for error in refused.value.errors} == {"now"}


def test_a_clock_in_use_is_not_deleted(db: Database[Row]) -> None:
    test_clock = create_test_clock()
    customer = create_customer(test_clock_id=test_clock.id)
    with pytest.raises(ClockInUse):
        delete_clock(test_clock.id)
    delete_customer(customer.id)
    delete_clock(test_clock.id)
    assert list_clocks().items == []
    with pytest.raises(ClockNotFound):
        get_clock(test_clock.id)
    kinds = [row["type"] for row in db.events.find({"object_id": test_clock.id}).sort("_id")]
    assert kinds == ["test_clock.created", "test_clock.deleted"]


def test_a_stale_deletion_is_refused(db: Database[Row]) -> None:
    with pytest.raises(StaleRevision):
        delete_clock(create_test_clock().id, expected_revision=7)
