"""Parts of periods: wherever one is split, no more is lost than the rounding of each line."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billing.database import Row
from billing.money import share_of
from billing.periods import Period
from billing.subscriptions.proration import (
    Rest,
    charge_lines,
    coupon_of_period,
    credit_lines,
    part_of_period,
)

days = st.integers(1, 366)
amounts = st.integers(0, 10**9)
START = date(2026, 1, 31)


def line(amount: int, **values: Any) -> Row:
    return {"kind": "plan", "description": "Pro", "amount": amount, "explanation": {}, **values}


def rest(length: int, left: int) -> Rest:
    end = START + timedelta(days=length)
    return Rest(end - timedelta(days=left), end, Period(START, end))


@given(amounts, days, st.data())
def test_splitting_loses_at_most_the_rounding_of_each_part(
    amount: int, length: int, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, length), max_size=6)) | {0, length})
    full = Period(START, START + timedelta(days=length))
    parts = [
        Period(START + timedelta(days=a), START + timedelta(days=b)) for a, b in pairwise(cuts)
    ]
    billed = [part_of_period(line(amount), part, full)["amount"] for part in parts]
    assert abs(sum(billed) - amount) <= len(parts) / 2
    assert part_of_period(line(amount), full, full)["amount"] == amount


@given(amounts, days, st.data())
def test_credit_and_charge_of_the_same_cancel_out(
    amount: int, length: int, data: st.DataObject
) -> None:
    left = rest(length, data.draw(st.integers(0, length)))
    (credit,) = credit_lines([line(amount)], left, None)
    (charge,) = charge_lines([line(amount)], left, None)
    assert credit["amount"] == -charge["amount"]
    assert 0 <= charge["amount"] <= amount
    assert (credit["discountable"], charge["discountable"]) == (False, False)


@given(st.integers(-(10**12), 10**12), st.integers(0, 400), st.integers(1, 400))
def test_a_share_is_the_exact_one_rounded_half_away_from_zero(
    amount: int, parts: int, whole: int
) -> None:
    found = share_of(amount, parts, whole)
    assert abs(2 * (found * whole - amount * parts)) <= whole
    assert share_of(-amount, parts, whole) == -found


def test_worked_out_by_hand() -> None:
    (credit,) = credit_lines([line(3100)], rest(31, 11), None)
    assert (credit["amount"], credit["kind"]) == (-1100, "proration_credit")
    assert credit["explanation"] == {"days": 11, "days_in_period": 31, "full_amount": 3100}
    (half,) = charge_lines([line(25)], rest(30, 15), None)
    assert half["amount"] == 13  # 12.5


def test_the_coupon_of_the_period_counts_on_both_sides() -> None:
    quarter = {"percent_off": "25", "since": "2026-01-31"}
    (credit,) = credit_lines([line(4000)], rest(30, 15), quarter)
    assert (credit["amount"], credit["explanation"]["after_coupon"]) == (-1500, "3000")
    fixed = {"amount_off": 1000, "percent_off": None, "since": "2026-01-31"}
    lines = charge_lines([line(3000), line(1000)], rest(30, 15), fixed)
    assert [found["amount"] for found in lines] == [1125, 375]


def test_a_coupon_put_on_since_waits_for_the_next_period() -> None:
    assert coupon_of_period({"coupon": {"percent_off": "25", "since": None}}) is None
    assert coupon_of_period({}) is None
    coupon = {"percent_off": "25", "since": "2026-01-31"}
    assert coupon_of_period({"coupon": coupon}) == coupon
