"""Adding up usage events: one aggregation for many subscriptions, exact decimals throughout."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bson.decimal128 import Decimal128

from billing.database import Row, database
from billing.plans.pricing import Usage
from billing.usage.models import EVENTS

Window = tuple[date, date]
"""The first day and the day after the last."""


def usage_in(windows: Mapping[str, Window]) -> dict[str, dict[str, Usage]]:
    """What each subscription used within its window: subscription id → meter key → Usage.

    Every subscription that is asked for has an entry, each only the meters that it used. An event
    belongs to the day in `counts_on`. A value below zero (corrections beyond what was used)
    counts as zero.
    """
    return aggregate(_within(windows), windows)


def late_in(windows: Mapping[str, Window]) -> dict[str, dict[str, int]]:
    """How many of the events in each window are late: they happened in a period that was billed
    before they came. Subscription id → meter key → how many, where there are any."""
    if not windows:
        return {}
    pipeline = [
        {"$match": {"late": True, **_within(windows)}},
        {"$group": {"_id": {"s": "$subscription_id", "m": "$meter"}, "events": {"$sum": 1}}},
    ]
    late: dict[str, dict[str, int]] = {subscription_id: {} for subscription_id in windows}
    for found in database()[EVENTS].aggregate(pipeline):
        late[found["_id"]["s"]][found["_id"]["m"]] = found["events"]
    return late


def aggregate(where: Row, subscription_ids: Mapping[str, Any]) -> dict[str, dict[str, Usage]]:
    """The usage of all events that match `where`, which finds only the subscriptions given."""
    if not subscription_ids:
        return {}
    found = list(database()[EVENTS].aggregate([{"$match": where}, *_GROUPING]))
    kinds = _aggregations({row["_id"]["m"] for row in found})
    usage: dict[str, dict[str, Usage]] = {key: {} for key in subscription_ids}
    for row in found:
        meter = row["_id"]["m"]
        value = max(_value(kinds[meter], row), Decimal(0))
        usage[row["_id"]["s"]][meter] = Usage(value, row["events"])
    return usage


# Distinct texts each make a group of their own, numbers of one meter a single one; the second
# grouping then counts the former and passes the latter on.
_TEXT = {"$cond": [{"$eq": [{"$type": "$value"}, "string"]}, "$value", None]}
_NEWEST = {"sortBy": {"occurred_at": -1, "_id": -1}, "output": "$value"}
_GROUPING: list[Row] = [
    {
        "$group": {
            "_id": {"s": "$subscription_id", "m": "$meter", "v": _TEXT},
            "events": {"$sum": 1},
            "sum": {"$sum": "$value"},
            "max": {"$max": "$value"},
            "last": {"$top": _NEWEST},
        }
    },
    {
        "$group": {
            "_id": {"s": "$_id.s", "m": "$_id.m"},
            "events": {"$sum": "$events"},
            "unique": {"$sum": 1},
            "sum": {"$first": "$sum"},
            "max": {"$first": "$max"},
            "last": {"$first": "$last"},
        }
    },
]


def _within(windows: Mapping[str, Window]) -> Row:
    """Subscriptions with the same window are looked up together."""
    alike: dict[Window, list[str]] = defaultdict(list)
    for subscription_id, window in windows.items():
        alike[window].append(subscription_id)
    clauses: list[Row] = [
        {
            "subscription_id": {"$in": ids},
            "counts_on": {"$gte": start.isoformat(), "$lt": end.isoformat()},
        }
        for (start, end), ids in alike.items()
    ]
    return clauses[0] if len(clauses) == 1 else {"$or": clauses}


def _aggregations(keys: set[str]) -> dict[str, str]:
    rows = database().meters.find({"key": {"$in": list(keys)}}, {"key": 1, "aggregation": 1})
    return {row["key"]: row["aggregation"] for row in rows}


def _value(aggregation: str, row: Row) -> Decimal:
    found: int | Decimal128 = row["events"] if aggregation == "count" else row[aggregation]
    return found.to_decimal() if isinstance(found, Decimal128) else Decimal(found)
