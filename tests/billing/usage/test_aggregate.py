"""Adding up usage events."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from bson.decimal128 import Decimal128
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.database import Row, database
from billing.plans.pricing import Usage
from billing.usage.aggregate import late_in, usage_in
from billing.usage.models import AGGREGATIONS, Meter

JANUARY = (date(2026, 1, 1), date(2026, 2, 1))
KEYS = {kind: f"by_{kind}" for kind in AGGREGATIONS}

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def meters(db: object) -> None:
    for kind, key in KEYS.items():
        Meter(key=key, name=key, aggregation=kind).save()


def event(number: int, kind: str, value: Decimal | str, **fields: object) -> Row:
    at = datetime(2026, 1, 10, tzinfo=UTC)
    stored = value if isinstance(value, str) else Decimal128(value)
    defaults = {"subscription_id": "sub_a", "occurred_at": at, "counts_on": "2026-01-10"}
    row = {"_id": f"use_{number:04}", "meter": KEYS[kind], "value": stored, "late": False}
    return {**row, "idempotency_key": str(number), **defaults, **fields}


def store(*events: Row) -> None:
    if events:
        database().usage_events.insert_many(events)


def test_nothing_was_asked_and_nothing_was_used() -> None:
    assert usage_in({}) == {}
    assert late_in({}) == {}
    assert usage_in({"sub_a": JANUARY}) == {"sub_a": {}}
    assert late_in({"sub_a": JANUARY}) == {"sub_a": {}}


def test_windows_are_half_open_and_each_subscription_has_its_own() -> None:
    days = ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", None)
    store(
        *(event(n, "sum", Decimal(10**n), counts_on=day) for n, day in enumerate(days)),
        event(10, "sum", Decimal(7), subscription_id="sub_b", counts_on="2026-02-01"),
        event(11, "sum", Decimal(9), subscription_id="sub_c"),
    )
    february = (date(2026, 2, 1), date(2026, 3, 1))
    assert usage_in({"sub_a": JANUARY, "sub_b": february, "sub_d": JANUARY}) == {
        "sub_a": {"by_sum": Usage(Decimal(110), 2)},
        "sub_b": {"by_sum": Usage(Decimal(7), 1)},
        "sub_d": {},
    }


def test_late_events_are_told_apart() -> None:
    store(
        event(1, "sum", Decimal(1), late=True),
        event(2, "sum", Decimal(1)),
        event(3, "max", Decimal(1), late=True, counts_on="2026-02-01"),
    )
    assert late_in({"sub_a": JANUARY}) == {"sub_a": {"by_sum": 1}}


def test_decimals_are_exact_and_corrections_end_at_zero() -> None:
    tenths = [event(n, "sum", Decimal("0.1")) for n in range(30)]
    store(*tenths, event(98, "last", Decimal("-2")), event(99, "max", Decimal("0.123456789012")))
    assert usage_in({"sub_a": JANUARY})["sub_a"] == {
        "by_sum": Usage(Decimal(3), 30),
        "by_last": Usage(Decimal(0), 1),
        "by_max": Usage(Decimal("0.123456789012"), 1),
    }


numbers = st.decimals(-(10**14), 10**14, allow_nan=False, places=6)
entries = st.tuples(
    st.sampled_from(AGGREGATIONS), numbers, st.integers(0, 3), st.sampled_from(["sub_a", "sub_b"])
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(entries, max_size=30))
def test_it_equals_plain_python(drawn: list[tuple[str, Decimal, int, str]]) -> None:
    database().usage_events.delete_many({})
    events = []
    by_meter: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
    for number, (kind, value, hour, subscription) in enumerate(drawn):
        at = datetime(2026, 1, 10, tzinfo=UTC) + timedelta(hours=hour)
        told = str(value % 3) if kind == "unique" else value
        events.append(event(number, kind, told, subscription_id=subscription, occurred_at=at))
        by_meter[subscription, kind].append((hour, value))
    store(*events)
    expected: dict[str, dict[str, Usage]] = {"sub_a": {}, "sub_b": {}}
    for (subscription, kind), values in by_meter.items():
        result = max(plain(kind, values), Decimal(0))
        expected[subscription][KEYS[kind]] = Usage(result, len(values))
    assert usage_in({"sub_a": JANUARY, "sub_b": JANUARY}) == expected


def plain(kind: str, values: list[tuple[int, Decimal]]) -> Decimal:
    """The rule said in Python; `values` are (hour, value) in the order of their ids."""
    only = [value for _, value in values]
    if kind == "last":
        return sorted(values, key=lambda entry: entry[0])[-1][1]  # sorting keeps ids' order
    found = {
        "sum": sum(only),
        "count": len(only),
        "max": max(only),
        "unique": len({str(value % 3) for value in only}),
    }
    return Decimal(found[kind])
