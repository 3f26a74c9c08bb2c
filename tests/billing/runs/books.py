"""Books to bill: many subscriptions of every kind, and what they look like afterwards."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from billing import clock
from billing.database import Database, Row
from billing.ids import new_id
from tests.factories import create_customer, create_plan

PLANS: list[dict[str, Any]] = [
    {"price": 4900},
    {"price": 990, "currency": "EUR", "billing_cycle": "weekly"},
    {"price": "0.75", "pricing_model": "per_unit", "currency": "USD"},
    {"price": 12000, "currency": "JPY", "billing_cycle": "quarterly"},
    {"price": 0},
]


def many_subscriptions(db: Database[Row], count: int, *, last_start: date) -> None:
    """`count` subscriptions, none billed yet, begun within 200 days before `last_start`."""
    chance = random.Random(7043)
    plans = [create_plan(**plan) for plan in PLANS]
    customers = [create_customer() for _ in range(20)]
    rows = []
    for _ in range(count):
        plan, customer = chance.choice(plans), chance.choice(customers)
        start = last_start - timedelta(days=chance.randrange(200))
        row = subscription_row(customer.id, plan.id, start, quantity=chance.randint(1, 9))
        if chance.random() < 0.2:
            end = (start + timedelta(days=chance.randrange(1, 150))).isoformat()
            row |= {"end_date": end, "cancel_at_period_end": True}
        rows.append(row)
    db.subscriptions.insert_many(rows)


def subscription_row(customer_id: str, plan_id: str, start: date, **values: Any) -> Row:
    """A subscription as it is stored before its first bill."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "_id": new_id("sub"),
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        "customer_id": customer_id,
        "plan_id": plan_id,
        "plan_version": 1,
        "quantity": 1,
        "status": "active",
        "start_date": start.isoformat(),
        "billing_anchor": start.isoformat(),
        "next_billing_date": start.isoformat(),
        "cancel_at_period_end": False,
        **values,
    }


def billed(db: Database[Row]) -> set[tuple[Any, ...]]:
    """What was billed: subscription, period, amount, currency and dates, in no order."""
    names = ("subscription_id", "period_start", "period_end", "total", "currency", "issue_date",
             "due_date", "status")  # fmt: skip
    rows = list(db.invoices.find())
    found = {tuple(row[name] for name in names) for row in rows}
    assert len(found) == len(rows)
    return found


def advanced(db: Database[Row]) -> dict[str, tuple[Any, ...]]:
    """Where each subscription has got to."""
    names = ("status", "next_billing_date", "current_period_start", "current_period_end")
    return {row["_id"]: tuple(row.get(name) for name in names) for row in db.subscriptions.find()}


def numbers(db: Database[Row]) -> list[int]:
    """The numbers given, without their series (all invoices are of one)."""
    return sorted(int(row["number"][-6:]) for row in db.invoices.find({}, {"number": 1}))


def written(db: Database[Row]) -> dict[str, int]:
    """How many documents each collection holds."""
    return {name: db[name].count_documents({}) for name in db.list_collection_names()}


def everything(db: Database[Row]) -> dict[str, list[Row]]:
    """Every document there is."""
    return {name: list(db[name].find().sort("_id")) for name in db.list_collection_names()}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def now_is(day: str) -> Any:
    """Let it be noon, UTC, of that day."""
    return clock.frozen(noon(day))
