"""The lines of a plan's terms: what is charged, and enough to recompute it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from billing.plans.lines import advance_lines, minimum_line, setup_fee_line, usage_lines
from billing.plans.pricing import Usage

Row = dict[str, Any]
TIERS = [
    {"up_to": 1000, "unit_amount": 0, "flat_amount": 500},
    {"up_to": None, "unit_amount": "0.5", "flat_amount": 0},
]
CALLS = {
    "key": "calls",
    "name": "API calls",
    "pricing_model": "graduated",
    "tiers": TIERS,
    "meter": "api_calls",
    "timing": "in_arrears",
}
FEES = {
    "key": "fees",
    "name": "Card fees",
    "pricing_model": "percentage",
    "percentage": "2.9",
    "fixed_amount": 30,
    "meter": "volume",
    "timing": "in_arrears",
}
SUPPORT = {
    "key": "support",
    "name": "Support",
    "pricing_model": "per_unit",
    "unit_amount": 200,
    "meter": None,
    "timing": "in_advance",
}


def terms(**values: Any) -> Row:
    """A row of plan_versions as the oldest were written, and `values`."""
    old = {"plan_id": "plan_1", "version": 3, "name": "Pro", "price": 4900, "currency": "USD"}
    return {
        **old,
        "billing_cycle": "monthly",
        "interval_count": 1,
        "pricing_model": "flat",
    } | values


def used(value: str, events: int = 1) -> Usage:
    return Usage(Decimal(value), events)


def test_a_flat_plan_is_one_line() -> None:
    assert advance_lines(terms(), 7) == [
        {
            "kind": "plan",
            "description": "Pro",
            "quantity": 7,
            "unit_amount": 4900,
            "amount": 4900,
            "plan_id": "plan_1",
            "tax_rate_ids": [],
            "discount_amount": 0,
            "tax_amount": 0,
            "explanation": {
                "price_source": "plan",
                "plan_version": 3,
                "pricing_model": "flat",
                "unit_price": "$49.00",
                "calculation": "1 × 4900 = 4900",  # noqa: RUF001
            },
        }
    ]


@pytest.mark.parametrize(
    ("values", "price", "amount", "unit_amount"),
    [
        ({}, 4000, 4000, 4000),
        ({"pricing_model": "per_unit"}, "0.5", 6, "0.5"),
        ({"pricing_model": "package", "package_size": 5}, 100, 300, None),
    ],
)
def test_a_negotiated_price_stands_in_for_the_plans(
    values: Row, price: int | str, amount: int, unit_amount: object
) -> None:
    (line,) = advance_lines(terms(**values), 12, price)
    assert (line["amount"], line["unit_amount"]) == (amount, unit_amount)
    assert line["explanation"]["price_source"] == "subscription"


def test_a_tiered_plan_shows_its_steps_and_has_no_one_price() -> None:
    values = {"price": 0, "pricing_model": "graduated", "tiers": TIERS}
    (line,) = advance_lines(terms(**values), 1001)
    assert (line["amount"], line["unit_amount"]) == (501, None)
    assert line["explanation"]["unit_price"] == "by tiers"
    assert [step["quantity"] for step in line["explanation"]["steps"]] == [1000, 1]


def test_a_volume_without_a_flat_amount_has_the_price_of_its_tier() -> None:
    values = {"price": 0, "pricing_model": "volume", "tiers": TIERS}
    assert advance_lines(terms(**values), 1000)[0]["unit_amount"] is None
    assert advance_lines(terms(**values), 1001)[0]["unit_amount"] == "0.5"


def test_charges_in_advance_are_priced_on_the_quantity_and_metered_ones_wait() -> None:
    plan, support = advance_lines(terms(charges=[CALLS, SUPPORT, FEES]), 3)
    assert (plan["kind"], plan["amount"]) == ("plan", 4900)
    assert (support["kind"], support["description"], support["quantity"]) == (
        "charge",
        "Support",
        3,
    )
    assert (support["amount"], support["unit_amount"]) == (600, 200)
    assert support["explanation"]["charge"] == "support"


def test_usage_is_a_line_for_each_meter() -> None:
    found = {"api_calls": used("1500.5", 7), "volume": used("10050", 5), "other": used("9")}
    calls, fees = usage_lines(terms(charges=[CALLS, SUPPORT, FEES]), found)
    assert (calls["kind"], calls["quantity"], calls["amount"]) == ("usage", "1500.5", 750)
    assert (
        calls["explanation"] | {"charge": "calls", "meter": "api_calls", "events": 7}
        == (calls["explanation"])
    )
    assert (fees["quantity"], fees["amount"], fees["unit_amount"]) == (10050, 441, None)
    assert fees["explanation"]["unit_price"] == "2.9 % + $0.30 each"


def test_without_usage_only_what_is_owed_anyway_has_a_line() -> None:
    (calls,) = usage_lines(terms(charges=[CALLS, FEES]), {})
    assert (calls["description"], calls["quantity"], calls["amount"]) == ("API calls", 0, 500)
    assert usage_lines(terms(), {"api_calls": used("5")}) == []


def test_usage_that_costs_nothing_is_still_shown() -> None:
    free = {**CALLS, "tiers": [{"up_to": None, "unit_amount": 0, "flat_amount": 0}]}
    (line,) = usage_lines(terms(charges=[free]), {"api_calls": used("5")})
    assert (line["quantity"], line["amount"]) == (5, 0)


def test_usage_corrected_to_below_nothing_costs_what_none_costs() -> None:
    below = {"api_calls": used("-5"), "volume": used("-5")}
    calls, fees = usage_lines(terms(charges=[CALLS, FEES]), below)
    assert (calls["amount"], fees["amount"], fees["quantity"]) == (500, 30, 0)


def test_a_setup_fee_is_one_line() -> None:
    assert setup_fee_line(terms()) is None
    assert setup_fee_line(terms(setup_fee=0)) is None
    line = setup_fee_line(terms(setup_fee=9900))
    assert line is not None
    assert (line["kind"], line["quantity"], line["amount"]) == ("setup_fee", 1, 9900)


@pytest.mark.parametrize(("charged", "missing"), [(0, 10000), (9999, 1), (10000, None), (1, 9999)])
def test_what_is_missing_to_the_minimum_is_trued_up(charged: int, missing: int | None) -> None:
    line = minimum_line(terms(minimum_amount=10000), charged)
    assert (line and line["amount"]) == missing
    if line:
        assert line["explanation"]["calculation"] == f"10000 - {charged} = {missing}"
    assert minimum_line(terms(), charged) is None
