"""Tiers, packages and percentages, against sums made unit by unit in exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.money import MAX_AMOUNT
from billing.plans.pricing import Priced, price_component, price_quantity

Row = dict[str, Any]
MODELS = ["flat", "per_unit", "graduated", "volume", "package", "percentage"]
prices = st.integers(0, 10_000) | st.decimals(0, 10_000, places=4).map(lambda price: f"{price:f}")
quantities = st.integers(0, 60)
fine_quantities = st.decimals(0, 10**9, places=12)
billable_quantities = st.decimals(0, 10**7, places=12)  # at any of the prices


@st.composite
def tier_lists(draw: st.DrawFn) -> list[Row]:
    """Ascending tiers that end without an end."""
    ends = sorted(draw(st.sets(st.integers(1, 50), max_size=4)))
    flats = st.integers(0, 5000)
    return [
        {"up_to": end, "unit_amount": draw(prices), "flat_amount": draw(flats)}
        for end in [*ends, None]
    ]


@st.composite
def components(draw: st.DrawFn) -> Row:
    """A component of any model."""
    return {
        "pricing_model": draw(st.sampled_from(MODELS)),
        "unit_amount": draw(prices),
        "tiers": draw(tier_lists()),
        "package_size": draw(st.integers(1, 1000)),
        "percentage": f"{draw(st.decimals(0, 100, places=6)):f}",
        "fixed_amount": draw(prices),
    }


def price(model: str, quantity: int | Decimal, events: int = 0, **values: Any) -> Priced:
    return price_component({"pricing_model": model, **values}, quantity, events=events)


def tier_of(tiers: list[Row], unit: int) -> Row:
    return next(tier for tier in tiers if tier["up_to"] is None or unit <= tier["up_to"])


def exactly(priced: Priced) -> Fraction:
    """What the steps come to before rounding."""
    return sum((Fraction(step["amount"]) for step in priced.steps), Fraction(0))


def rounded(exact: Fraction) -> int:
    """Half away from zero, of what is not negative."""
    return int(exact + Fraction(1, 2))


@given(tier_lists(), quantities)
def test_graduated_charges_each_unit_at_the_price_of_its_own_tier(
    tiers: list[Row], quantity: int
) -> None:
    units = [tier_of(tiers, unit) for unit in range(1, quantity + 1)]
    entered = {id(tier): tier for tier in [tiers[0], *units]}
    exact = sum(Fraction(tier["unit_amount"]) for tier in units)
    exact += sum(tier["flat_amount"] for tier in entered.values())
    priced = price("graduated", quantity, tiers=tiers)
    assert exactly(priced) == exact
    assert priced.amount == rounded(Fraction(exact))


@given(tier_lists(), quantities)
def test_graduated_grows_by_the_next_units_price_and_jumps_only_where_a_tier_is_entered(
    tiers: list[Row], quantity: int
) -> None:
    before, after = (price("graduated", n, tiers=tiers) for n in (quantity, quantity + 1))
    tier = tier_of(tiers, quantity + 1)
    enters = quantity and tier is not tier_of(tiers, quantity)
    jump = tier["flat_amount"] if enters else 0
    assert exactly(after) - exactly(before) == Fraction(tier["unit_amount"]) + jump
    assert after.amount >= before.amount


@given(tier_lists(), billable_quantities, billable_quantities)
def test_graduated_never_falls_with_more_usage(tiers: list[Row], a: Decimal, b: Decimal) -> None:
    less, more = sorted([a, b])
    cheaper, dearer = (price("graduated", quantity, tiers=tiers) for quantity in (less, more))
    assert exactly(cheaper) <= exactly(dearer)
    assert cheaper.amount <= dearer.amount


@given(tier_lists(), quantities)
def test_graduated_steps_share_out_the_whole_quantity(tiers: list[Row], quantity: int) -> None:
    steps = price("graduated", quantity, tiers=tiers).steps
    assert sum(step["quantity"] for step in steps) == quantity


@given(tier_lists(), quantities)
def test_volume_charges_all_units_at_the_one_tier_reached(tiers: list[Row], quantity: int) -> None:
    tier = tier_of(tiers, quantity)
    priced = price("volume", quantity, tiers=tiers)
    (only,) = priced.steps
    assert (only["quantity"], only["unit_amount"]) == (quantity, tier["unit_amount"])
    exact = quantity * Fraction(tier["unit_amount"]) + tier["flat_amount"]
    assert priced.amount == rounded(exact)


@given(prices, st.lists(st.integers(1, 50), unique=True), quantities)
def test_tiers_of_one_price_are_that_price_per_unit(
    unit_amount: int | str, ends: list[int], quantity: int
) -> None:
    tiers = [{"up_to": end, "unit_amount": unit_amount} for end in [*sorted(ends), None]]
    expected = price_quantity("per_unit", unit_amount, quantity).amount
    for model in ("graduated", "volume"):
        assert price(model, quantity, tiers=tiers).amount == expected


@given(fine_quantities, st.integers(1, 10**6), st.integers(0, 1000))
def test_a_package_that_is_begun_is_paid_in_full(
    quantity: Decimal, size: int, unit_amount: int
) -> None:
    priced = price("package", quantity, package_size=size, unit_amount=unit_amount)
    packages = priced.steps[0]["quantity"]
    assert (packages - 1) * size < quantity <= packages * size or packages == quantity == 0
    assert priced.amount == packages * unit_amount


@given(
    st.decimals(0, 10**9, places=6),
    st.decimals(0, 100, places=6),
    prices,
    st.integers(0, 1000),
)
def test_a_percentage_is_a_share_and_a_fee_for_each_event(
    value: Decimal, percentage: Decimal, fee: int | str, events: int
) -> None:
    values = {"percentage": f"{percentage:f}", "fixed_amount": fee}
    priced = price("percentage", value, events, **values)
    exact = Fraction(value) * Fraction(percentage) / 100 + Fraction(fee) * events
    assert exactly(priced) == exact
    assert priced.amount == rounded(exact)


@given(components(), fine_quantities, st.integers(0, 10**6))
def test_steps_are_products_that_add_up_to_the_amount(
    component: Row, quantity: Decimal, events: int
) -> None:
    try:
        priced = price_component(component, quantity, events=events)
    except Invalid:
        assert quantity > 0 or events > 0
        return
    for step in priced.steps:
        product = Fraction(step["quantity"]) * Fraction(step["unit_amount"])
        assert product + step["flat_amount"] == Fraction(step["amount"])
    if priced.steps:
        assert priced.amount == rounded(exactly(priced))


@given(components(), st.integers(0, 1_000_000), st.integers(0, 100))
def test_a_whole_quantity_costs_the_same_as_a_number_or_a_decimal(
    component: Row, quantity: int, events: int
) -> None:
    as_number = price_component(component, quantity, events=events)
    as_decimal = price_component(component, Decimal(f"{quantity}.000"), events=events)
    assert as_number.amount == as_decimal.amount
    assert as_number.steps == as_decimal.steps


@given(st.decimals("0.000000000001", 1, places=12), st.decimals(0, 10**9, places=12))
def test_no_digit_of_a_usage_is_lost(unit_amount: Decimal, quantity: Decimal) -> None:
    priced = price("per_unit", quantity, unit_amount=f"{unit_amount:f}")
    assert priced.amount == rounded(Fraction(quantity) * Fraction(unit_amount))


TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": 20, "unit_amount": "400.5", "flat_amount": 0},
    {"up_to": None, "unit_amount": 300, "flat_amount": 2000},
]


@pytest.mark.parametrize(
    ("model", "quantity", "amount", "calculation"),
    [
        ("graduated", 0, 1000, "0 × 500 + 1000 = 1000"),  # noqa: RUF001
        ("graduated", 10, 6000, "10 × 500 + 1000 = 6000"),  # noqa: RUF001
        (
            "graduated", 11, 6401,
            "10 × 500 + 1000 + 1 × 400.5 = 6400.5, rounded half away from zero to 6401",  # noqa: RUF001
        ),
        ("graduated", 22, 12605, "10 × 500 + 1000 + 10 × 400.5 + 2 × 300 + 2000 = 12605"),  # noqa: RUF001
        ("graduated", Decimal("10.5"), 6200,
         "10 × 500 + 1000 + 0.5 × 400.5 = 6200.25, rounded half away from zero to 6200"),  # noqa: RUF001
        ("volume", 0, 1000, "0 × 500 + 1000 = 1000"),  # noqa: RUF001
        ("volume", 10, 6000, "10 × 500 + 1000 = 6000"),  # noqa: RUF001
        ("volume", 12, 4806, "12 × 400.5 = 4806"),  # noqa: RUF001
        ("volume", 21, 8300, "21 × 300 + 2000 = 8300"),  # noqa: RUF001
    ],
)  # fmt: skip
def test_tiers_worked_out_by_hand(
    model: str, quantity: int | Decimal, amount: int, calculation: str
) -> None:
    priced = price(model, quantity, tiers=TIERS)
    assert (priced.amount, priced.calculation) == (amount, calculation)


@pytest.mark.parametrize(
    ("values", "quantity", "events", "amount", "calculation"),
    [
        ({"package_size": 100, "unit_amount": 1000}, 0, 0, 0, "0 × 1000 = 0"),  # noqa: RUF001
        ({"package_size": 100, "unit_amount": 1000}, 100, 0, 1000, "1 × 1000 = 1000"),  # noqa: RUF001
        ({"package_size": 100, "unit_amount": 1000}, Decimal("100.01"), 0, 2000,
         "2 × 1000 = 2000"),  # noqa: RUF001
        ({"percentage": "2.9", "fixed_amount": 30}, 10050, 5, 441,
         "10050 × 0.029 + 5 × 30 = 441.45, rounded half away from zero to 441"),  # noqa: RUF001
        ({"percentage": "2.5"}, 1000, 9, 25, "1000 × 0.025 = 25"),  # noqa: RUF001
    ],
)  # fmt: skip
def test_packages_and_percentages_worked_out_by_hand(
    values: Row, quantity: int | Decimal, events: int, amount: int, calculation: str
) -> None:
    model = "package" if "package_size" in values else "percentage"
    priced = price(model, quantity, events, **values)
    assert (priced.amount, priced.calculation) == (amount, calculation)


def test_bands_of_tiers_are_said_in_words() -> None:
    steps = price("graduated", 22, tiers=TIERS).steps
    said = [step["description"] for step in steps]
    assert said == ["up to 10", "above 10 up to 20", "above 20"]


@pytest.mark.parametrize(
    ("model", "quantity"),
    [("graduated", 10**12), ("per_unit", Decimal(10**12)), ("per_unit", Decimal(10**15 + 1))],
)
def test_more_than_an_invoice_can_bear_is_refused(model: str, quantity: int | Decimal) -> None:
    tiers = [{"up_to": None, "unit_amount": MAX_AMOUNT, "flat_amount": 0}]
    with pytest.raises(Invalid) as refusal:
        price(model, quantity, tiers=tiers, unit_amount="1.5")
    assert refusal.value.field == "quantity"
