"""The demo is a company whose books are in order, and never gets among real customers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.database import Database, Row
from billing.demo.errors import DatabaseInUse
from billing.demo.make_demo import make_demo
from billing.plans.queries import get_plan
from billing.runs.check import check_books
from billing.users.permissions import ROLES
from billing.users.sign_in import sign_in
from tests.emptying import empty
from tests.factories import create_customer, create_user

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def make_small() -> Any:
    with clock.frozen(NOW):
        return make_demo(customers=10, months=4)


def books(db: Database[Row]) -> list[tuple[Any, ...]]:
    """All that was billed, without ids."""
    fields = ("number", "status", "issue_date", "total", "amount_due", "paid_date")
    rows = db.invoices.find().sort("_id", 1)
    return [tuple(row.get(name) for name in fields) for row in rows]


def test_the_same_day_makes_the_same_company(db: Database[Row]) -> None:
    make_small()
    first = books(db)
    empty(db)
    make_small()
    assert len(first) > 20
    assert books(db) == first


def test_its_past_is_past_its_books_are_in_order_and_everybody_can_sign_in(
    db: Database[Row],
) -> None:
    with clock.frozen(NOW):
        made = make_small()
        assert check_books() == []
    names = ("invoices", "payments", "customers", "subscriptions", "events")
    for name in names:
        assert not db[name].find_one({"created_at": {"$gt": NOW}}), name
    created = [row["created_at"] for row in db.invoices.find().sort("_id", 1)]
    assert created == sorted(created)
    assert (created[-1] - created[0]).days > 60
    assert db.billing_runs.count_documents({"status": "completed"}) >= 5
    assert [role for role, _ in made.logins] == list(ROLES)
    for role, email in made.logins:
        assert sign_in(email, made.password).role == role


def test_it_is_refused_beside_a_real_customer(db: Database[Row]) -> None:
    create_customer()
    with pytest.raises(DatabaseInUse, match="Use an empty one"):
        make_small()
    assert db.plans.find_one() is None


def test_it_is_refused_after_one_that_was_killed_at_its_start(db: Database[Row]) -> None:
    create_user(email="admin@demo.example")
    with pytest.raises(DatabaseInUse):
        make_small()


@pytest.mark.slow
def test_in_full_it_shows_every_kind_of_thing(db: Database[Row]) -> None:
    with clock.frozen(NOW):
        made = make_demo()
        assert check_books() == []
    assert made.counts["customers"] == 160
    assert 180 <= made.counts["subscriptions"] <= 220
    assert set(db.invoices.distinct("status")) == {"draft", "open", "paid", "void", "uncollectible"}
    assert set(db.plans.distinct("status")) == {"draft", "active", "archived"}
    assert set(db.plans.distinct("pricing_model")) == {"flat", "per_unit", "volume"}
    assert set(db.invoices.distinct("currency")) == {"USD", "EUR", "GBP", "JPY"}
    assert len(db.customers.distinct("address.country")) >= 6
    assert db.customers.find_one({"status": "suspended"})
    overdue = {"status": "open", "due_date": {"$lt": NOW.date().isoformat()}}
    assert db.invoices.count_documents(overdue) >= 10
    assert db.invoices.find_one({"status": "open", "amount_paid": {"$gt": 0}})
    for where in (
        {"status": "cancelled"},
        {"status": "active", "cancel_at_period_end": True},
        {"price": {"$type": "int"}},
        {"status": "trialing"},
        {"status": "past_due"},
        {"status": "unpaid"},
    ):
        assert db.subscriptions.find_one(where), where
    assert db.credit_notes.count_documents({}) >= 10
    moves = {"new", "expansion", "contraction", "churn", "reactivation"}
    assert moves <= set(db.mrr_movements.distinct("kind"))
    archived = db.plans.find_one({"status": "archived"}) or {}
    assert not get_plan(archived["_id"]).is_subscribable
    assert db.subscriptions.find_one({"plan_id": archived["_id"]})
