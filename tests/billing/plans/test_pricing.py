"""Pricing: exact until it is rounded, once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.invoices.totals import compute_totals
from billing.money import MAX_AMOUNT, round_amount
from billing.plans.pricing import price_quantity

quantities = st.integers(min_value=1, max_value=1_000_000)
prices = st.integers(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT)
fine_prices = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=12).map(
    lambda price: f"{price:f}"
)


@given(prices, quantities)
def test_a_flat_price_is_charged_once_whatever_the_quantity(price: int, quantity: int) -> None:
    assert price_quantity("flat", price, quantity).amount == price


@given(st.integers(min_value=-1_000_000, max_value=1_000_000), quantities)
def test_a_price_per_unit_is_charged_for_each(price: int, quantity: int) -> None:
    assert price_quantity("per_unit", price, quantity).amount == price * quantity


@given(fine_prices, quantities)
def test_a_fine_price_is_rounded_once_for_all_units(price: str, quantity: int) -> None:
    exact = Fraction(price) * quantity
    amount = price_quantity("per_unit", price, quantity).amount
    assert abs(amount - exact) <= Fraction(1, 2)
    if abs(amount - exact) == Fraction(1, 2):
        assert abs(amount) > abs(exact)


@given(fine_prices, quantities)
def test_a_deduction_is_the_mirror_of_a_charge(price: str, quantity: int) -> None:
    mirrored = f"{-Decimal(price):f}"
    amount = price_quantity("per_unit", price, quantity).amount
    assert price_quantity("per_unit", mirrored, quantity).amount == -amount


@pytest.mark.parametrize(
    ("model", "price", "quantity", "amount", "calculation"),
    [
        ("flat", 4900, 7, 4900, "1 × 4900 = 4900"),  # noqa: RUF001
        ("per_unit", 4900, 3, 14700, "3 × 4900 = 14700"),  # noqa: RUF001
        ("per_unit", "0.25", 10, 3, "10 × 0.25 = 2.5, rounded half away from zero to 3"),  # noqa: RUF001
        ("per_unit", "33.5", 2, 67, "2 × 33.5 = 67"),  # noqa: RUF001
        ("per_unit", "-0.5", 1, -1, "1 × -0.5 = -0.5, rounded half away from zero to -1"),  # noqa: RUF001
        ("per_unit", "0.001", 100, 0, "100 × 0.001 = 0.1, rounded half away from zero to 0"),  # noqa: RUF001
    ],
)
def test_the_calculation_can_be_done_again_by_hand(
    model: str, price: int | str, quantity: int, amount: int, calculation: str
) -> None:
    priced = price_quantity(model, price, quantity)
    assert (priced.amount, priced.calculation) == (amount, calculation)


@pytest.mark.parametrize("price", [MAX_AMOUNT, f"{MAX_AMOUNT}.5", -MAX_AMOUNT])
def test_more_than_an_invoice_can_bear_is_refused(price: int | str) -> None:
    with pytest.raises(Invalid) as refusal:
        price_quantity("per_unit", price, 1_000_000)
    assert refusal.value.field == "quantity"


@given(st.lists(prices))
def test_a_total_is_the_sum_of_its_lines(amounts: list[int]) -> None:
    totals = compute_totals([{"amount": amount} for amount in amounts])
    assert totals.subtotal == sum(amounts)
    assert totals.total == totals.subtotal - totals.discount_total + totals.tax_total
    assert (totals.discount_total, totals.tax_total) == (0, 0)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_whole_amounts_need_no_rounding(amount: int) -> None:
    assert round_amount(Decimal(amount)) == amount
