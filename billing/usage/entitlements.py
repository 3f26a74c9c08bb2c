"""What a customer may use, and how much of it is left."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Unpack

from billing.customers.queries import get_customer
from billing.database import Row, database
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.plans.pricing import Usage
from billing.plans.queries import known_plan
from billing.subscriptions.states import LIVE
from billing.usage.moments import Moments
from billing.usage.queries import known_meters
from billing.usage.so_far import NOTHING, usage_by_meter

SORTS = {"created_at": "_id"}
_SERVED = frozenset({"trialing", "active", "past_due"})  # dunning goes on, so does the service


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of something there is: `limit` None is unlimited, `used` None is not measured."""

    key: str
    limit: int | None
    used: Decimal | None
    name: str = ""
    unit: str | None = None

    @property
    def remaining(self) -> Decimal | None:
        """What is left, never below zero; None where that is unlimited or not known."""
        if self.limit is None or self.used is None:
            return None
        return max(self.limit - self.used, Decimal(0))

    @property
    def is_open(self) -> bool:
        """Whether some more may be used; what is not measured is the caller's to count."""
        if self.limit is None:
            return True
        return self.limit > 0 if self.used is None else self.used < self.limit


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one live subscription includes. `in_force` says whether it serves today: it has begun,
    has not ended, and is neither paused nor unpaid."""

    subscription: Row
    plan: Row
    in_force: bool
    features: list[Row]
    limits: list[Limit]


def entitlements(customer_id: str) -> list[Entitlement]:
    """What each live subscription of a customer includes, newest first, and what of it is used
    in the current period. A limit is measured by the meter of the same key, where there is one.

    Raises CustomerNotFound.
    """
    get_customer(customer_id)
    return _included(list(database().subscriptions.find(_live(customer_id)).sort("_id", -1)))


def list_entitlements(
    customer_id: str, **page: Unpack[PageArguments]
) -> tuple[list[Entitlement], Page]:
    """The same of the live subscriptions on one page, and the page of their rows.

    Raises CustomerNotFound.
    """
    get_customer(customer_id)
    found = paginate("subscriptions", _live(customer_id), PageRequest(**page), sorts=SORTS)
    return _included(found.items), found


def _live(customer_id: str) -> Row:
    return {"customer_id": customer_id, "status": {"$in": sorted(LIVE)}}


def _included(rows: list[Row]) -> list[Entitlement]:
    plans = {plan_id: known_plan(plan_id) for plan_id in {row["plan_id"] for row in rows}}
    moments = Moments.for_rows(rows)
    today = {row["_id"]: moments.today(row) for row in rows}
    usage = usage_by_meter(rows, today)
    meters = known_meters({key for plan in plans.values() for key in plan.get("limits") or {}})
    return [
        Entitlement(
            subscription=row,
            plan=plans[row["plan_id"]],
            in_force=_is_served(row, today[row["_id"]]),
            features=plans[row["plan_id"]].get("features") or [],
            limits=_limits(plans[row["plan_id"]], meters, usage[row["_id"]]),
        )
        for row in rows
    ]


def may_use(customer_id: str, key: str) -> bool:
    """Whether a customer may use a feature now, or some more of what a limit of that key limits.

    One subscription in force that allows it is enough. Raises CustomerNotFound.
    """
    return any(
        any(feature["key"] == key and feature["enabled"] for feature in entitlement.features)
        or any(limit.key == key and limit.is_open for limit in entitlement.limits)
        for entitlement in entitlements(customer_id)
        if entitlement.in_force
    )


def _is_served(row: Row, today: date) -> bool:
    begun = row["start_date"] <= today.isoformat()
    ended = row.get("end_date") and row["end_date"] <= today.isoformat()
    return row["status"] in _SERVED and begun and not ended


def _limits(plan: Row, meters: dict[str, Row], usage: dict[str, Usage]) -> list[Limit]:
    found = []
    for key, limit in (plan.get("limits") or {}).items():
        meter = meters.get(key)
        used = usage.get(key, NOTHING).value if meter else None
        words = key.replace("_", " ").capitalize()
        name, unit = (meter["name"], meter.get("unit")) if meter else (words, None)
        found.append(Limit(key, limit, used, name, unit))
    return found
