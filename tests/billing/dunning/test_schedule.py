"""When reminders are due, as arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.schedule import first_date, next_date

DUE = date(2026, 1, 31)
USUAL = [0, 3, 7, 14]
schedules = st.lists(st.integers(0, 365), min_size=1, max_size=10, unique=True).map(sorted)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_the_usual_schedule_by_hand() -> None:
    assert first_date(DUE, USUAL) == date(2026, 1, 31)
    assert next_date(DUE, USUAL, 1, date(2026, 1, 31)) == date(2026, 2, 3)
    assert next_date(DUE, USUAL, 2, date(2026, 2, 3)) == date(2026, 2, 7)
    assert next_date(DUE, USUAL, 3, date(2026, 2, 7)) == date(2026, 2, 14)
    assert next_date(DUE, USUAL, 4, date(2026, 2, 14)) == date(2026, 2, 14)
    assert first_date(DUE, []) is None


@given(days, schedules)
def test_with_a_run_every_day_each_reminder_has_its_day(due: date, schedule: list[int]) -> None:
    day = first_date(due, schedule)
    for step, after in enumerate(schedule, start=1):
        assert day == due + timedelta(days=after)
        day = next_date(due, schedule, step, day)


@given(days, schedules, st.lists(st.integers(0, 400), min_size=10, max_size=10))
def test_whoever_is_late_keeps_the_distance_and_ends_no_sooner(
    due: date, schedule: list[int], delays: list[int]
) -> None:
    day = first_date(due, schedule)
    assert day is not None
    reminded = [day + timedelta(days=delays[0])]
    for step in range(1, len(schedule)):
        day = next_date(due, schedule, step, reminded[-1])
        assert (day - reminded[-1]).days >= schedule[step] - schedule[step - 1]
        assert day >= due + timedelta(days=schedule[step])
        reminded.append(day + timedelta(days=delays[step]))
