"""A calendar day as the anchor."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import Schedule
from billing.subscriptions.anchors import calendar_anchor

CYCLES = ["monthly", "quarterly", "semiannual", "yearly"]


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(1, 31),
    st.sampled_from(CYCLES),
    st.integers(1, 3),
)
def test_periods_begin_on_the_day_or_the_last_of_the_month(
    first: date, day: int, cycle: str, count: int
) -> None:
    anchor = calendar_anchor(first, day, cycle, count)
    schedule = Schedule(anchor, cycle, count)
    boundary = schedule.period_at(first).start
    if boundary != first:
        boundary = schedule.period_at(first).end
    assert boundary >= first
    assert (boundary - first).days <= 31  # the next such day, whatever the cycle
    for n in range(-3, 4):
        found = schedule.boundary(n)
        assert found.day == day or (found.day < day and found.day >= 28), found


@pytest.mark.parametrize(
    ("first", "day", "anchor"),
    [
        ("2026-02-10", 31, "2026-01-31"),
        ("2026-02-10", 5, "2026-03-05"),
        ("2026-02-10", 10, "2026-02-10"),
        ("2026-12-31", 30, "2027-01-30"),
    ],
)
def test_by_hand(first: str, day: int, anchor: str) -> None:
    found = calendar_anchor(date.fromisoformat(first), day, "monthly", 1)
    assert found == date.fromisoformat(anchor)


def test_weeks_begin_on_a_weekday() -> None:
    assert calendar_anchor(date(2026, 11, 25), 1, "weekly", 1) == date(2026, 11, 30)
    assert calendar_anchor(date(2026, 11, 23), 1, "weekly", 2) == date(2026, 11, 23)
