"""Periods: no gap, no overlap, and month ends that clamp and come back."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.errors import Invalid
from billing.periods import BILLING_CYCLES, Period, Schedule, add_months

dates = st.dates(date(1970, 1, 1), date(2400, 12, 31))
schedules = st.builds(
    Schedule, dates, st.sampled_from(BILLING_CYCLES), st.integers(min_value=1, max_value=100)
)
steps = st.integers(min_value=0, max_value=60)
MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}


@given(schedules, steps)
def test_each_period_begins_where_the_one_before_ends(schedule: Schedule, n: int) -> None:
    start, end = schedule.boundary(n), schedule.boundary(n + 1)
    assert start < end
    assert schedule.period_at(start) == Period(start, end)
    assert schedule.period_at(end).start == end
    assert schedule.period_at(end - timedelta(days=1)) == Period(start, end)


@given(schedules, dates)
def test_the_period_at_a_day_contains_it(schedule: Schedule, day: date) -> None:
    period = schedule.period_at(day)
    assert period.start <= day < period.end
    assert period.days == (period.end - period.start).days > 0


@given(schedules, st.integers(min_value=-60, max_value=60))
def test_index_is_the_inverse_of_boundary(schedule: Schedule, n: int) -> None:
    try:
        day = schedule.boundary(n)
    except Invalid:
        assume(False)
    assert schedule.index(day) == n
    assert schedule.index(day - timedelta(days=1)) == n - 1


@given(schedules, steps)
def test_a_month_end_clamps_from_the_anchor_and_never_from_the_boundary_before(
    schedule: Schedule, n: int
) -> None:
    assume(schedule.cycle in MONTHS)
    day = schedule.boundary(n)
    months = n * schedule.interval_count * MONTHS[schedule.cycle]
    elapsed = (day.year - schedule.anchor.year) * 12 + day.month - schedule.anchor.month
    assert elapsed == months
    assert day.day == min(schedule.anchor.day, monthrange(day.year, day.month)[1])


@given(schedules, steps)
def test_days_and_weeks_are_steps_of_equal_length(schedule: Schedule, n: int) -> None:
    assume(schedule.cycle not in MONTHS)
    length = {"daily": 1, "weekly": 7}[schedule.cycle] * schedule.interval_count
    assert schedule.period_at(schedule.boundary(n)).days == length
    assert schedule.boundary(n) == schedule.anchor + timedelta(days=n * length)


@pytest.mark.parametrize(
    ("anchor", "cycle", "count", "expected"),
    [
        ("2026-01-31", "monthly", 1, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2028-01-30", "monthly", 1, ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2026-08-31", "monthly", 2, ["2026-08-31", "2026-10-31", "2026-12-31", "2027-02-28"]),
        ("2026-11-30", "quarterly", 1, ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("2026-08-31", "semiannual", 1, ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
        ("2024-02-29", "yearly", 1, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        ("2024-02-29", "yearly", 4, ["2024-02-29", "2028-02-29", "2032-02-29", "2036-02-29"]),
        ("2096-02-29", "yearly", 4, ["2096-02-29", "2100-02-28", "2104-02-29", "2108-02-29"]),
        ("2026-12-31", "weekly", 2, ["2026-12-31", "2027-01-14", "2027-01-28", "2027-02-11"]),
        ("2028-02-28", "daily", 1, ["2028-02-28", "2028-02-29", "2028-03-01", "2028-03-02"]),
    ],
)
def test_calendars_known_by_heart(anchor: str, cycle: str, count: int, expected: list[str]) -> None:
    schedule = Schedule(date.fromisoformat(anchor), cycle, count)
    assert [schedule.boundary(n).isoformat() for n in range(4)] == expected


def test_the_last_day_of_a_clamped_period_belongs_to_it() -> None:
    schedule = Schedule(date(2026, 1, 31), "monthly")
    assert schedule.period_at(date(2026, 2, 27)) == Period(date(2026, 1, 31), date(2026, 2, 28))
    assert schedule.period_at(date(2026, 2, 28)) == Period(date(2026, 2, 28), date(2026, 3, 31))


@pytest.mark.parametrize("cycle", BILLING_CYCLES)
def test_a_period_beyond_the_year_9999_is_refused(cycle: str) -> None:
    schedule = Schedule(date(9999, 12, 31), cycle)
    with pytest.raises(Invalid) as refusal:
        schedule.period_at(date(9999, 12, 31))
    assert refusal.value.field == "start_date"
    assert "9999" in refusal.value.message


def test_a_step_larger_than_the_calendar_is_refused() -> None:
    for cycle in BILLING_CYCLES:
        with pytest.raises(Invalid):
            Schedule(date(2026, 1, 1), cycle, 10**9).boundary(10**9)


@given(dates, st.integers(min_value=-120, max_value=120))
def test_adding_months_and_taking_them_away_moves_no_further_than_the_clamp(
    day: date, months: int
) -> None:
    back = add_months(add_months(day, months), -months)
    assert (back.year, back.month) == (day.year, day.month)
    assert back.day <= day.day
    assert back == day or day.day > 28
