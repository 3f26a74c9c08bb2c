"""Usage and entitlements in words and numbers for people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext

from billing.customers.queries import customer_names
from billing.usage.entitlements import Entitlement, Limit, entitlements
from billing.usage.queries import list_meters, list_usage_events
from billing.usage.so_far import MeterUsage, UsageSoFar, usage_so_far
from portal.template_helpers import may
from portal.values import quantity


@dataclass(frozen=True, slots=True)
class UsageCard:
    """A subscription's usage so far, for templates/usage/_subscription.html."""

    start: date
    end: date | None
    in_trial: bool
    is_parted: bool
    meters: list[MeterUsage]


@dataclass(frozen=True, slots=True)
class LimitBar:
    """A limit with what is used of it; the bar shows `value` of `most`, none without `most`."""

    name: str
    text: str
    value: str
    most: int | None
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class EntitlementCard:
    """What one subscription includes, for templates/usage/_entitlements.html."""

    subscription_id: str
    plan_name: str
    in_force: bool
    included: list[str]
    excluded: list[str]
    limits: list[LimitBar]


def usage_card(subscription_id: str) -> UsageCard | None:
    """What a subscription used so far; None where nothing is measured at all."""
    found: UsageSoFar = usage_so_far(subscription_id)
    if not found.meters and not list_meters(status="active", limit=1).items:
        return None
    first = found.counted_from
    return UsageCard(first, found.end, found.in_trial, first != found.start, found.meters)


def recent_events(meter: str) -> dict[str, Any] | None:
    """The newest usage events of a meter (its key), with their customers' names, and where there
    are more; None for readers who may not see them."""
    if not may("read:subscriptions"):
        return None
    found = list_usage_events(meter=meter, limit=10)
    return {
        "rows": found.items,
        "customers": customer_names([row["customer_id"] for row in found.items]),
        "more": url_for("usage.index", meter=meter) if found.has_more else None,
    }


def entitlement_cards(customer_id: str) -> list[EntitlementCard]:
    """What each live subscription of a customer includes, where it includes anything."""
    found = [_card(entitlement) for entitlement in entitlements(customer_id)]
    return [card for card in found if card.included or card.excluded or card.limits]


def _card(found: Entitlement) -> EntitlementCard:
    return EntitlementCard(
        subscription_id=found.subscription["_id"],
        plan_name=found.plan["name"],
        in_force=found.in_force,
        included=[feature["name"] for feature in found.features if feature["enabled"]],
        excluded=[feature["name"] for feature in found.features if not feature["enabled"]],
        limits=[_bar(limit) for limit in found.limits],
    )


def _bar(limit: Limit) -> LimitBar:
    used = limit.used or Decimal(0)
    measured = limit.limit if limit.used is not None else None
    shown = min(used, Decimal(limit.limit or 0))
    return LimitBar(limit.name, _words(limit), f"{shown:f}", measured, not limit.is_open)


def _words(limit: Limit) -> str:
    """`4 of 10 calls used, 6 left`."""
    unit = f" {limit.unit}" if limit.unit else ""
    if limit.limit is None:
        if limit.used is None:
            return str(gettext("Unlimited"))
        return str(gettext("%(used)s used, no limit", used=f"{quantity(limit.used)}{unit}"))
    most = f"{quantity(limit.limit)}{unit}"
    if limit.used is None:
        return str(gettext("Up to %(most)s", most=most))
    left = quantity(limit.remaining) if limit.remaining else gettext("none")
    used = quantity(limit.used)
    return str(gettext("%(used)s of %(most)s used, %(left)s left", used=used, most=most, left=left))
