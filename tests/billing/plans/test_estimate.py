"""An estimate is what an invoice would say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.database import Database, Row
from billing.errors import Invalid
from billing.inputs import merge, parse
from billing.plans.errors import PlanNotFound
from billing.plans.estimate import estimate_plan, estimate_terms
from billing.plans.inputs import EstimatePlan, PlanInput, as_input
from billing.plans.lines import advance_lines, usage_lines
from billing.plans.pricing import Usage
from billing.plans.save_plan import update_plan
from tests.billing.plans.test_components import tier_lists
from tests.billing.plans.test_plan_prices import CALLS, FEES, SUPPORT
from tests.factories import create_plan, create_subscription


def estimate(plan_id: str, **values: Any) -> Any:
    return estimate_plan(plan_id, parse(EstimatePlan, values, strict=True))


def test_what_is_not_there_cannot_be_estimated(db: Database[Row]) -> None:
    with pytest.raises(PlanNotFound):
        estimate("plan_01JD0000000000000000000000")
    with pytest.raises(PlanNotFound):
        estimate(create_plan().id, version=2)


def test_a_period_is_estimated_line_by_line(db: Database[Row]) -> None:
    plan = create_plan(
        pricing_model="per_unit", charges=[SUPPORT, CALLS, FEES], setup_fee=9900, price=700
    )
    found = estimate(plan.id, quantity=10, usage={"api_calls": "12.5", "volume": 10000})
    said = [(line["kind"], line["description"], line["amount"]) for line in found.lines]
    assert said == [
        ("plan", "Pro", 7000),
        ("charge", "Support", 900),
        ("usage", "API calls", 5006),  # 12.5 × 400.5 = 5006.25  # noqa: RUF003
        ("usage", "Card fees", 321),  # 10000 × 0.029 + 1 × 30.5 = 320.5  # noqa: RUF003
    ]
    assert (found.amount, found.setup_fee) == (13227, 9900)
    more = estimate(plan.id, usage={"volume": 10000}, events={"volume": 3})
    assert more.lines[-1]["amount"] == 382  # 290 + 91.5 = 381.5


def test_what_is_missing_to_the_minimum_is_a_line(db: Database[Row]) -> None:
    plan = create_plan(minimum_amount=6000)
    found = estimate(plan.id)
    assert [line["amount"] for line in found.lines] == [4900, 1100]
    assert found.amount == 6000


def test_an_older_version_can_be_estimated(db: Database[Row]) -> None:
    plan = create_plan()
    update_plan(plan.id, merge(PlanInput, as_input(plan), {"price": 5900}))
    assert (estimate(plan.id).amount, estimate(plan.id, version=1).amount) == (5900, 4900)


@pytest.mark.parametrize("name", ["usage", "events"])
def test_usage_that_no_charge_asks_for_is_refused_by_name(db: Database[Row], name: str) -> None:
    plan = create_plan(charges=[CALLS])
    with pytest.raises(Invalid) as refusal:
        estimate(plan.id, **{name: {"api_calls": 1, "storage": 1}})
    assert [error.field for error in refusal.value.errors] == [f"{name}.storage"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": "5"}, "quantity"),
        ({"usage": {"api_calls": -1}}, "usage.api_calls"),
        ({"usage": {"api_calls": 1.5}}, "usage.api_calls"),
        ({"usage": {"A!": 1}}, "usage.A!"),
        ({"events": {"api_calls": "1"}}, "events.api_calls"),
        ({"version": 0}, "version"),
        ({"price": 1}, "price"),
    ],
)
def test_an_estimate_is_asked_for_rightly(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(EstimatePlan, values, strict=True)
    assert {error.field for error in refusal.value.errors} == {field}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"pricing_model": "per_unit", "price": "33.3"},
        {"pricing_model": "package", "package_size": 2, "price": 500},
        {"pricing_model": "graduated", "price": 0, "tiers": CALLS["tiers"], "charges": [SUPPORT]},
        {"pricing_model": "volume", "price": 0, "tiers": CALLS["tiers"]},
    ],
)
def test_the_first_invoice_says_what_was_estimated(
    db: Database[Row], values: dict[str, Any]
) -> None:
    plan = create_plan(**values)
    subscription = create_subscription(plan=plan, quantity=13)
    invoice = db.invoices.find_one({"subscription_id": subscription.id}) or {}
    found = estimate(plan.id, quantity=13)
    billed = [(line["description"], line["amount"]) for line in invoice["line_items"]]
    assert billed == [(line["description"], line["amount"]) for line in found.lines]
    assert invoice["subtotal"] == found.amount


@given(
    tiers=tier_lists(),
    quantity=st.integers(1, 1000),
    value=st.decimals(0, 10**6, places=3),
    events=st.integers(0, 1000),
    minimum=st.integers(0, 100_000),
)
def test_an_estimate_is_the_sum_of_its_lines_and_never_below_the_minimum(
    tiers: list[Row], quantity: int, value: Decimal, events: int, minimum: int
) -> None:
    terms = {
        "plan_id": "plan_1",
        "version": 1,
        "name": "Pro",
        "price": 0,
        "currency": "USD",
        "pricing_model": "graduated",
        "tiers": tiers,
        "charges": [{**CALLS, "tiers": tiers}, {**SUPPORT, "meter": None}],
        "minimum_amount": minimum,
    }
    usage = {"api_calls": Usage(value, events)}
    found = estimate_terms(terms, quantity, usage)
    lines = [*advance_lines(terms, quantity), *usage_lines(terms, usage)]
    assert found.lines[: len(lines)] == lines
    charged = sum(line["amount"] for line in lines)
    assert found.amount == max(charged, minimum) == sum(line["amount"] for line in found.lines)
