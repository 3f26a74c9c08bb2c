"""Monthly recurring revenue now and month by month; docs/metrics.md says what each figure means.

Currencies are never added together. Every query is answered by the keys of an index.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Unpack, get_args

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.periods import add_months
from billing.reports.sums import scope
from billing.subscriptions.movements import COLLECTION, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
SORTS = {"created_at": "_id"}
EARNING_SORTS = {"mrr": "mrr"}

Moved = dict[tuple[str, str, Kind], tuple[int, int]]
"""By currency, month (`2026-11`) and kind: the amount, and of how many movements it is."""


@dataclass(slots=True)
class Month:
    """How the MRR of one currency moved in a month; amounts in smallest units.

    `moved` is by kind, contraction and churn below zero; `counts` how many subscriptions moved so.
    """

    start: date
    opening: int = 0
    moved: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    @property
    def closing(self) -> int:
        return self.opening + sum(self.moved.values())

    @property
    def retention(self) -> Fraction | None:
        """Net revenue retention: what is left of the opening MRR; None where there was none."""
        if not self.opening:
            return None
        return Fraction(self.closing - self.moved["new"], self.opening)


def mrr_now(of: Collection[str] | None = None) -> dict[str, tuple[int, int]]:
    """By currency: the MRR, and of how many subscriptions it is; of these customers or of all."""
    theirs, index = scope(of, "mrr")
    groups = database().subscriptions.aggregate(
        [
            {"$match": {"mrr": {"$gt": 0}, **theirs}},
            {"$project": {"_id": 0, "currency": 1, "mrr": 1}},
            {"$group": {"_id": "$currency", "mrr": {"$sum": "$mrr"}, "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
        ],
        hint=index,
    )
    return {group["_id"]: (group["mrr"], group["count"]) for group in groups}


def months_of_revenue(today: date, count: int = 13) -> dict[str, list[Month]]:
    """By currency: the last `count` months, oldest first, the running one last."""
    now = {currency: amount for currency, (amount, _) in mrr_now().items()}
    return months_from(now, moved_since(first_month(today, count)), today, count)


def months_from(
    mrr: Mapping[str, int], moved: Moved, today: date, count: int = 13
) -> dict[str, list[Month]]:
    """The same from the MRR of now, by currency, and all that moved in those months."""
    first = first_month(today, count)
    found = {
        currency: {
            add_months(first, n).isoformat()[:7]: Month(add_months(first, n)) for n in range(count)
        }
        for currency in sorted(mrr.keys() | {currency for currency, _, _ in moved})
    }
    for (currency, month, kind), (amount, times) in moved.items():
        if month in found[currency]:
            found[currency][month].moved[kind] += amount
            found[currency][month].counts[kind] += times
    return {c: _opened(list(months.values()), mrr.get(c, 0)) for c, months in found.items()}


def first_month(today: date, count: int = 13) -> date:
    """The first day of the first of the last `count` months."""
    return add_months(today.replace(day=1), 1 - count)


def retention_of_year(months: list[Month]) -> Fraction | None:
    """Net revenue retention over the last twelve whole months; None without MRR before them."""
    whole = months[:-1][-12:]
    if not whole or not whole[0].opening:
        return None
    kept = sum(amount for month in whole for kind, amount in month.moved.items() if kind != "new")
    return Fraction(whole[0].opening + kept, whole[0].opening)


def list_movements(
    *,
    kind: str | None = None,
    currency: str | None = None,
    month: date | None = None,
    subscription_id: str | None = None,
    customer_id: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """The movements behind the figures, newest first; of the `month` that begins on a day."""
    where: Row = {
        name: value
        for name, value in {
            "kind": kind,
            "currency": currency,
            "subscription_id": subscription_id,
            "customer_id": own_customer_id() or customer_id,
        }.items()
        if value is not None
    }
    if month:
        where["date"] = {"$gte": month.isoformat(), "$lte": f"{month.isoformat()[:7]}-31"}
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def list_earning(*, currency: str | None = None, **page: Unpack[PageArguments]) -> Page:
    """The subscriptions that bring in the MRR of a currency, the largest first."""
    page["sort"] = page.get("sort") or "-mrr"
    where = {"currency": currency or "USD", "mrr": {"$gt": 0}}
    return paginate("subscriptions", where, PageRequest(**page), sorts=EARNING_SORTS)


def moved_since(first: date, of: Collection[str] | None = None) -> Moved:
    """All that moved since a day, of these customers or of all."""
    theirs, index = scope(of, "sums")
    month = {"$substrBytes": ["$date", 0, 7]}
    groups = database()[COLLECTION].aggregate(
        [
            {"$match": {"date": {"$gte": first.isoformat()}, **theirs}},
            {"$project": {"_id": 0, "date": 1, "currency": 1, "kind": 1, "amount": 1}},
            {
                "$group": {
                    "_id": {"month": month, "currency": "$currency", "kind": "$kind"},
                    "amount": {"$sum": "$amount"},
                    "count": {"$sum": 1},
                }
            },
        ],
        hint=index,
    )
    found: Moved = {}
    for group in groups:
        key: dict[str, Any] = group["_id"]
        found[key["currency"], key["month"], key["kind"]] = (group["amount"], group["count"])
    return found


def _opened(months: list[Month], now: int) -> list[Month]:
    for month in reversed(months):  # from what there is now back to what there was
        month.opening = now - sum(month.moved.values())
        now = month.opening
    return months


def month_of(text: str) -> date:
    """`"2026-11"` as its first day. Raises ValueError."""
    return date.fromisoformat(f"{text}-01")
