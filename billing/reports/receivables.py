"""What customers owe, by how long, and what came in, month by month.

Every query is answered by the keys of an index. Who lives on a test clock counts in none: those
few are in an index of their own and are taken off, since to leave them out of the others every
document would have to be read.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from billing.database import Row, database
from billing.periods import add_months
from billing.reports.sums import Pair, scope

BANDS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90")

Due = dict[tuple[str, str], Pair]
"""By currency and band: the amount, and on how many invoices it is due."""
CameIn = dict[tuple[str, str], Pair]
"""By currency and month (`2026-11`): what came in, and what of it went back since."""

_LATEST = (("days_over_90", 90), ("days_61_90", 60), ("days_31_60", 30), ("days_1_30", 0))


@dataclass(slots=True)
class Ageing:
    """What is due in one currency, in smallest units, and on how many invoices, by band."""

    currency: str
    amounts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        return sum(self.amounts.values())

    @property
    def overdue(self) -> int:
        return self.open - self.amounts["not_due"]


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in during a month, in smallest units; `refunded` is what of it went back since."""

    start: date
    received: int = 0
    refunded: int = 0

    @property
    def kept(self) -> int:
        return self.received - self.refunded


def ageing(today: date) -> list[Ageing]:
    """Open invoices by currency and by how long they are overdue on `today`."""
    return ageing_from(due_by_band(today))


def ageing_from(due: Due) -> list[Ageing]:
    """The same from what is due by currency and band."""
    found: dict[str, Ageing] = {}
    for (currency, band), (amount, count) in due.items():
        each = found.setdefault(currency, Ageing(currency))
        each.amounts[band] += amount
        each.counts[band] += count
    return [found[currency] for currency in sorted(found) if found[currency].open]


def due_by_band(today: date, of: Collection[str] | None = None) -> Due:
    """What is due on `today` by currency and band, of these customers or of all."""
    found: Due = {}
    for sign, where, whole in ((1, {}, "due"), (-1, {"test_clock_id": {"$gt": ""}}, "test_clock")):
        theirs, index = scope(of, whole)
        for group in database().invoices.aggregate(
            _by_band({**where, **theirs}, today), hint=index
        ):
            sums = found.setdefault((group["_id"]["currency"], group["_id"]["band"]), [0, 0])
            sums[0] += sign * group["amount"]
            sums[1] += sign * group["count"]
    return found


def months_collected(today: date, count: int = 12) -> dict[str, list[Collected]]:
    """By currency: what came in during the last `count` months, the running one last."""
    first = add_months(today.replace(day=1), 1 - count)
    return collected_from(collected_since(first), today, count)


def collected_from(came_in: CameIn, today: date, count: int = 12) -> dict[str, list[Collected]]:
    """The same from what came in and went back, by currency and month."""
    first = add_months(today.replace(day=1), 1 - count)
    months = [add_months(first, n) for n in range(count)]
    return {
        currency: [
            Collected(month, *came_in.get((currency, month.isoformat()[:7]), (0, 0)))
            for month in months
        ]
        for currency in sorted({currency for currency, _ in came_in})
    }


def collected_since(first: date, of: Collection[str] | None = None) -> CameIn:
    """What came in since a day and what of it went back, of these customers or of all."""
    theirs, index = scope(of, "paid")
    found: CameIn = {}
    for group in database().payments.aggregate(_by_month(first, theirs), hint=index):
        key: dict[str, Any] = group["_id"]
        if not key["made_up"]:
            found[key["currency"], key["month"]] = [group["received"], group["refunded"]]
    return found


def _by_band(where: Row, today: date) -> list[Row]:
    branches = [
        {"case": {"$lt": ["$due_date", (today - timedelta(days=days)).isoformat()]}, "then": band}
        for band, days in _LATEST
    ]
    band = {"$switch": {"branches": branches, "default": "not_due"}}
    return [
        {"$match": {"status": "open", **where}},
        {"$project": {"_id": 0, "due_date": 1, "currency": 1, "amount_due": 1}},
        {
            "$group": {
                "_id": {"currency": "$currency", "band": band},
                "amount": {"$sum": "$amount_due"},
                "count": {"$sum": 1},
            }
        },
    ]


def _by_month(first: date, theirs: Row) -> list[Row]:
    names = ("paid_date", "currency", "test_clock_id", "amount", "refunded_amount")
    key = {
        "month": {"$substrBytes": ["$paid_date", 0, 7]},
        "currency": "$currency",
        "made_up": {"$gt": ["$test_clock_id", ""]},
    }
    return [
        {"$match": {"paid_date": {"$gte": first.isoformat()}, **theirs}},
        {"$project": {"_id": 0, **dict.fromkeys(names, 1)}},
        {
            "$group": {
                "_id": key,
                "received": {"$sum": "$amount"},
                "refunded": {"$sum": "$refunded_amount"},
            }
        },
    ]
