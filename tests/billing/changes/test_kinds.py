"""What kind a change is: it decides how the seller prorates it."""

from __future__ import annotations

from typing import Any

import pytest

from billing.changes.kinds import kind_of
from billing.database import Row


def terms(key: str = "plan_a:1", **values: Any) -> Row:
    row = {
        "_id": key,
        "plan_id": "plan_a",
        "version": 1,
        "name": "Pro",
        "price": 1000,
        "currency": "USD",
        "billing_cycle": "monthly",
        "interval_count": 1,
        "pricing_model": "per_unit",
    }
    return {**row, **values}


def wanted(quantity: int = 2, price: int | None = None) -> Row:
    return {"quantity": quantity, "price": price}


@pytest.mark.parametrize(
    ("after", "to", "kind"),
    [
        (terms(), wanted(3), "quantity_up"),
        (terms(), wanted(1), "quantity_down"),
        (terms(), wanted(2, 1200), "upgrade"),
        (terms(), wanted(2, 800), "downgrade"),
        (terms("plan_b:1", price=1500), wanted(), "upgrade"),
        (terms("plan_b:1", price=1500), wanted(1), "downgrade"),
        (terms("plan_a:2", price=900), wanted(), "downgrade"),
        (terms("plan_b:1", billing_cycle="yearly"), wanted(), "cycle_change"),
        (terms("plan_b:1", interval_count=2), wanted(), "cycle_change"),
    ],
)
def test_kinds(after: Row, to: Row, kind: str) -> None:
    assert kind_of(terms(), wanted(), after, to) == kind
