"""The day that an event is billed by, wherever its customer is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from bson.decimal128 import Decimal128
from hypothesis import given
from hypothesis import strategies as st

from billing.usage.counting import Counted, counted, is_paused, stored_value
from billing.usage.moments import Moments

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
FIRST = date(2026, 1, 1)
offsets = st.integers(0, 120)
days = offsets.map(lambda offset: FIRST + timedelta(days=offset))


@st.composite
def rows(draw: st.DrawFn) -> dict[str, object]:
    """A subscription's row with or without a trial, a billed period, pauses."""
    row: dict[str, object] = {"start_date": FIRST.isoformat()}
    if draw(st.booleans()):
        row["trial_end_date"] = draw(days).isoformat()
    if draw(st.booleans()):
        row["current_period_start"] = draw(days).isoformat()
    pauses = [sorted([draw(days), draw(days)]) for _ in range(draw(st.integers(0, 2)))]
    row["pauses"] = [{"from": a.isoformat(), "to": b.isoformat()} for a, b in pauses]
    if draw(st.booleans()):
        resumes = draw(st.none() | days.map(date.isoformat))
        row["pause"] = {"from": draw(days).isoformat(), "resumes_on": resumes}
    return row


@given(rows(), days)
def test_an_event_counts_on_its_day_or_where_the_unbilled_begins_or_not_at_all(
    row: dict[str, object], day: date
) -> None:
    found, own = counted(row, day), day.isoformat()
    billed_until = str(row.get("current_period_start") or "")
    if own < str(row.get("trial_end_date") or "") or is_paused(row, own):
        assert found == Counted(None)
    elif own < billed_until:
        assert found == Counted(billed_until, late=True)
    else:
        assert found == Counted(own)


def test_a_pause_holds_its_first_day_and_not_the_one_of_resuming() -> None:
    row = {"pauses": [{"from": "2026-03-03", "to": "2026-03-05"}]}
    paused = [day for day in range(1, 8) if is_paused(row, f"2026-03-{day:02}")]
    assert paused == [3, 4]
    assert is_paused({"pauses": [{"from": "2026-03-03", "to": None}]}, "2099-01-01")
    assert not is_paused({"pause": {}, "pauses": None}, "2026-03-03")
    assert not is_paused({"pauses": [{"from": "2026-03-03", "to": "2026-03-03"}]}, "2026-03-03")


@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_noon_is_on_its_day_in_every_zone(zone: str, day: date) -> None:
    moments = Moments({"cus_1": ZoneInfo(zone)}, {}, datetime(2026, 1, 1, tzinfo=UTC))
    subscription = {"customer_id": "cus_1"}
    assert moments.day(subscription, moments.noon(subscription, day).astimezone(UTC)) == day


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Etc/GMT+12", "2026-03-01T11:59:59Z", date(2026, 2, 28)),
        ("Pacific/Kiritimati", "2026-02-28T10:00:00Z", date(2026, 3, 1)),
        ("Europe/Berlin", "2026-03-28T23:00:00Z", date(2026, 3, 29)),  # clocks go forward at 1:00Z
        ("Europe/Berlin", "2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", date(2026, 10, 25)),  # and back
        ("Europe/Berlin", "2026-10-25T22:59:59Z", date(2026, 10, 25)),
        ("Asia/Kathmandu", "2028-02-28T18:15:00Z", date(2028, 2, 29)),
    ],
)
def test_the_day_is_that_of_the_customers_calendar(zone: str, at: str, day: date) -> None:
    moments = Moments({"cus_1": ZoneInfo(zone)}, {}, datetime(2026, 1, 1, tzinfo=UTC))
    assert moments.day({"customer_id": "cus_1"}, datetime.fromisoformat(at)) == day


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.decimals(-(10**14), 10**14, places=12))
def test_numbers_are_kept_exactly(whole: int, fine: Decimal) -> None:
    for aggregation in ("sum", "max", "last"):
        assert stored_value(aggregation, whole) == Decimal128(Decimal(whole))
        kept = stored_value(aggregation, f"{fine:f}")
        assert isinstance(kept, Decimal128)
        assert kept.to_decimal() == fine


@pytest.mark.parametrize(
    "value", ["1e9", "NaN", "Infinity", "1,5", "+1", "1.", ".5", "٣", "1" * 16]
)
def test_what_only_looks_like_a_number_is_none(value: str) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        stored_value("sum", value)
    assert stored_value("unique", value) == value
    assert stored_value("count", value) == Decimal128("1")
