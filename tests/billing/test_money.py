"""Money: rounded once, half away from zero, and never lost when it is spread."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.money import (
    CURRENCIES,
    MAX_AMOUNT,
    allocate,
    format_money,
    minor_digits,
    percentage_ratio,
    round_amount,
    round_shares,
    to_major,
    to_minor,
)

amounts = st.integers(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@given(amounts, weights)
def test_what_is_spread_sums_to_the_whole(total: int, shares: list[int]) -> None:
    parts = allocate(total, shares)
    assert sum(parts) == total
    assert len(parts) == len(shares)


@given(amounts, weights)
def test_nobody_gets_a_whole_unit_more_or_less_than_their_share(
    total: int, shares: list[int]
) -> None:
    if not sum(shares):
        assert allocate(total, shares) == [total] + [0] * (len(shares) - 1)
        return
    for part, weight in zip(allocate(total, shares), shares, strict=True):
        assert abs(part - Fraction(total * weight, sum(shares))) < 1


@given(amounts, weights)
def test_the_odd_units_go_to_those_who_lost_most(total: int, shares: list[int]) -> None:
    if not sum(shares):
        return
    exact = [Fraction(abs(total) * weight, sum(shares)) for weight in shares]
    parts = [abs(part) for part in allocate(total, shares)]
    lost = [share - int(share) for share in exact]
    favoured = [loss for loss, p, e in zip(lost, parts, exact, strict=True) if p > int(e)]
    passed_over = [loss for loss, p, e in zip(lost, parts, exact, strict=True) if p == int(e)]
    assert min(favoured, default=Fraction(1)) >= max(passed_over, default=Fraction(0))


def test_among_equals_the_earlier_gets_the_odd_unit() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allocate(5, [0, 0]) == [5, 0]


def test_nothing_to_spread_over_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="nothing to spread over"):
        allocate(1, [])


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("-2.51", -3)],
)
def test_halves_round_away_from_zero(exact: str, rounded: int) -> None:
    assert round_amount(Decimal(exact)) == rounded


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_rounding_moves_an_amount_by_no_more_than_a_half(exact: Decimal) -> None:
    rounded = round_amount(exact)
    assert abs(rounded - exact) <= Decimal("0.5")
    assert round_amount(-exact) == -rounded


@given(amounts, st.sampled_from(sorted(CURRENCIES)))
def test_smallest_units_survive_being_written_in_large_ones(amount: int, currency: str) -> None:
    assert to_minor(to_major(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("49.00", "USD", 4900),
        (" 49 ", "USD", 4900),
        ("-0.01", "EUR", -1),
        ("4900", "JPY", 4900),
        ("1.234", "KWD", 1234),
        ("29.85", "USD", 2985),  # 2984.9999… as a float
    ],
)
def test_an_amount_is_read_in_its_currency(text: str, currency: str, amount: int) -> None:
    assert to_minor(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "hint"),
    [
        ("49.001", "USD", "2 decimal places"),
        ("0.5", "JPY", "0 decimal places"),
        ("1.2345", "KWD", "3 decimal places"),
        ("49.0000000000000000000000000000000001", "USD", "too long"),
        ("10000000000000000", "USD", "too large"),
        ("abc", "USD", "Enter an amount"),
        ("", "USD", "Enter an amount"),
        ("49,00", "USD", "Enter an amount"),
        ("NaN", "USD", "Enter an amount"),
        ("Infinity", "USD", "Enter an amount"),
        ("9e999999", "USD", "Enter an amount"),
        ("1e999999999", "USD", "Enter an amount"),
        ("1e3", "USD", "Enter an amount"),
    ],
)
def test_what_is_no_amount_is_refused_by_field(text: str, currency: str, hint: str) -> None:
    with pytest.raises(Invalid) as refusal:
        to_minor(text, currency, field="price")
    assert hint in refusal.value.message
    assert refusal.value.field == "price"


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_is_refused(text: str) -> None:
    try:
        assert abs(to_minor(text, "USD")) <= MAX_AMOUNT
    except Invalid as refusal:
        assert refusal.message  # noqa: PT017  (either answer is right; a crash is not)


def test_digits_follow_the_currency() -> None:
    assert [minor_digits(code) for code in ("USD", "JPY", "KWD")] == [2, 0, 3]


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        (4900, "USD", "en", "$49.00"),
        (-4900, "USD", "en", "-$49.00"),
        (4900, "JPY", "en", "¥4,900"),
        (1234, "KWD", "en", "KWD1.234"),
        (4900, "EUR", "de", "49,00\xa0€"),
        (0, "USD", "en", "$0.00"),
        ("0.25", "USD", "en", "$0.0025"),
        ("100", "USD", "en", "$1.00"),
        (Decimal("12.25"), "JPY", "en", "¥12.25"),
    ],
)
def test_money_is_shown_in_the_readers_locale(
    amount: int | str | Decimal, currency: str, locale: str, shown: str
) -> None:
    assert format_money(amount, currency, locale) == shown


def test_finer_prices_keep_their_digits() -> None:
    assert to_major("0.25", "USD") == "0.0025"
    assert to_major(4900, "JPY") == "4900"
    assert to_major(5, "KWD") == "0.005"


signed = st.lists(st.integers(min_value=-(10**9), max_value=10**9), max_size=40)


@given(signed, st.integers(min_value=1, max_value=10**6))
def test_shares_of_either_sign_sum_to_their_sum_rounded_once(
    numerators: list[int], denominator: int
) -> None:
    parts = round_shares(numerators, denominator)
    assert sum(parts) == round_amount(Decimal(sum(numerators)) / denominator)
    for part, numerator in zip(parts, numerators, strict=True):
        assert abs(part - Fraction(numerator, denominator)) < 1


def test_a_part_that_was_whole_stays_as_it_is() -> None:
    assert round_shares([300, -100, 150], 100) == [3, -1, 2]
    assert round_shares([-300, 100, -150], 100) == [-3, 1, -2]
    assert round_shares([250, -250], 100) == [3, -3]


def test_a_percentage_is_an_exact_ratio() -> None:
    assert percentage_ratio("8.875") == (71, 800)
    assert percentage_ratio("0") == (0, 1)
