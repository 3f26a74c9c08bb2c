"""What customers owe, by how long, and what came in, month by month.

Every query is answered by the keys of an index. Who lives on a test clock counts in none: those
few are in an index of their own and are taken off, since to leave them out of the others every
document would have to be read.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from billing.database import Row, database
from billing.periods import add_months

BANDS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90")
_LATEST = (("days_over_90", 90), ("days_61_90", 60), ("days_31_60", 30), ("days_1_30", 0))


@dataclass(slots=True)
class Ageing:
    """What is due in one currency, in smallest units, and on how many invoices, by band."""

    currency: str
    amounts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def row(self) -> Row:
        """As MongoDB keeps it."""
        counted = {"amounts": dict(self.amounts), "counts": dict(self.counts)}
        return {"currency": self.currency, **counted}

    @classmethod
    def of(cls, kept: Row) -> Self:
        """It again, from its row."""
        return cls(kept["currency"], Counter(kept["amounts"]), Counter(kept["counts"]))

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
    found: dict[str, Ageing] = {}
    for sign, where, index in ((1, {}, "due"), (-1, {"test_clock_id": {"$gt": ""}}, "test_clock")):
        for group in database().invoices.aggregate(_by_band(where, today), hint=index):
            currency, band = group["_id"]["currency"], group["_id"]["band"]
            each = found.setdefault(currency, Ageing(currency))
            each.amounts[band] += sign * group["amount"]
            each.counts[band] += sign * group["count"]
    return [found[currency] for currency in sorted(found) if found[currency].open]


def months_collected(today: date, count: int = 12) -> dict[str, list[Collected]]:
    """By currency: what came in during the last `count` months, the running one last."""
    first = add_months(today.replace(day=1), 1 - count)
    by_month: dict[str, dict[str, Row]] = defaultdict(dict)
    for group in database().payments.aggregate(_by_month(first), hint="paid"):
        key: dict[str, Any] = group["_id"]
        if not key["made_up"]:
            by_month[key["currency"]][key["month"]] = group
    months = [add_months(first, n) for n in range(count)]
    return {
        currency: [_collected(month, found.get(month.isoformat()[:7])) for month in months]
        for currency, found in sorted(by_month.items())
    }


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


def _by_month(first: date) -> list[Row]:
    names = ("paid_date", "currency", "test_clock_id", "amount", "refunded_amount")
    key = {
        "month": {"$substrBytes": ["$paid_date", 0, 7]},
        "currency": "$currency",
        "made_up": {"$gt": ["$test_clock_id", ""]},
    }
    return [
        {"$match": {"paid_date": {"$gte": first.isoformat()}}},
        {"$project": {"_id": 0, **dict.fromkeys(names, 1)}},
        {
            "$group": {
                "_id": key,
                "received": {"$sum": "$amount"},
                "refunded": {"$sum": "$refunded_amount"},
            }
        },
    ]


def _collected(month: date, group: Row | None) -> Collected:
    return Collected(month, group["received"], group["refunded"]) if group else Collected(month)
