"""Monthly recurring revenue now and month by month; docs/metrics.md says what each figure means.

Currencies are never added together. Every query is answered by the keys of an index.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Unpack, get_args

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.periods import add_months
from billing.subscriptions.movements import COLLECTION, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
SORTS = {"created_at": "_id"}
EARNING_SORTS = {"mrr": "mrr"}


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


def mrr_now() -> dict[str, tuple[int, int]]:
    """By currency: the MRR, and of how many subscriptions it is."""
    groups = database().subscriptions.aggregate(
        [
            {"$match": {"mrr": {"$gt": 0}}},
            {"$project": {"_id": 0, "currency": 1, "mrr": 1}},
            {"$group": {"_id": "$currency", "mrr": {"$sum": "$mrr"}, "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
        ],
        hint="mrr",
    )
    return {group["_id"]: (group["mrr"], group["count"]) for group in groups}


def months_of_revenue(
    today: date, count: int = 13, *, mrr: dict[str, tuple[int, int]] | None = None
) -> dict[str, list[Month]]:
    """By currency: the last `count` months, oldest first, the running one last.

    `mrr` is what mrr_now() said a moment ago, if it was asked.
    """
    first = add_months(today.replace(day=1), 1 - count)
    moved = _moved_since(first)
    now = {currency: amount for currency, (amount, _) in (mrr or mrr_now()).items()}
    return {
        currency: _months(first, count, now.get(currency, 0), moved.get(currency, {}))
        for currency in sorted(now.keys() | moved.keys())
    }


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
        where["date"] = {"$gte": month.isoformat(), "$lt": add_months(month, 1).isoformat()}
    return paginate(COLLECTION, where, PageRequest(**page), sorts=SORTS)


def list_earning(*, currency: str | None = None, **page: Unpack[PageArguments]) -> Page:
    """The subscriptions that bring in the MRR of a currency, the largest first."""
    page["sort"] = page.get("sort") or "-mrr"
    where = {"currency": currency or "USD", "mrr": {"$gt": 0}}
    return paginate("subscriptions", where, PageRequest(**page), sorts=EARNING_SORTS)


def _moved_since(first: date) -> dict[str, dict[str, list[Row]]]:
    """By currency and month (`2026-11`): {kind, amount, count} of all that moved since."""
    month = {"$substrBytes": ["$date", 0, 7]}
    groups = database()[COLLECTION].aggregate(
        [
            {"$match": {"date": {"$gte": first.isoformat()}}},
            {"$project": {"_id": 0, "date": 1, "currency": 1, "kind": 1, "amount": 1}},
            {
                "$group": {
                    "_id": {"month": month, "currency": "$currency", "kind": "$kind"},
                    "amount": {"$sum": "$amount"},
                    "count": {"$sum": 1},
                }
            },
        ],
        hint="sums",
    )
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for group in groups:
        key: dict[str, Any] = group.pop("_id")
        found[key["currency"]][key["month"]].append({**group, "kind": key["kind"]})
    return found


def _months(first: date, count: int, now: int, moved: dict[str, list[Row]]) -> list[Month]:
    months = [Month(add_months(first, n)) for n in range(count)]
    for month in months:
        for group in moved.get(month.start.isoformat()[:7], []):
            month.moved[group["kind"]] += group["amount"]
            month.counts[group["kind"]] += group["count"]
    for month in reversed(months):  # from what there is now back to what there was
        month.opening = now - sum(month.moved.values())
        now = month.opening
    return months


def month_of(text: str) -> date:
    """`"2026-11"` as its first day. Raises ValueError."""
    return date.fromisoformat(f"{text}-01")
