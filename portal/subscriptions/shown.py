"""What a subscription comes to, for people."""

from dataclasses import dataclass
from typing import Any

from billing.plans.pricing import price_quantity
from billing.plans.queries import find_plan, get_terms, list_plans
from billing.subscriptions.models import Subscription
from portal.template_helpers import cycle, money


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge of one period; amounts in smallest units of `currency`."""

    plan_name: str
    unit_price: int | str
    amount: int
    currency: str
    cycle: str
    is_negotiated: bool


def charge_of(subscription: Subscription) -> Charge:
    """What each full period costs on the terms that the subscription has now."""
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    negotiated = subscription.price is not None
    price = subscription.price if negotiated else terms["price"]
    return Charge(
        plan_name=terms["name"],
        unit_price=price,
        amount=price_quantity(terms["pricing_model"], price, subscription.quantity).amount,
        currency=terms["currency"],
        cycle=cycle(terms["billing_cycle"], terms["interval_count"]),
        is_negotiated=negotiated,
    )


def plan_choices(
    like: dict[str, Any] | None = None, *, chosen: str | None = None
) -> list[tuple[str, str]]:
    """Active plans to choose from, the newest hundred; only those that bill like `like`.

    The plan that was `chosen` stays a choice when it went off sale meanwhile.
    """
    plans = list_plans(status="active", limit=100).items
    if chosen and chosen not in {plan["_id"] for plan in plans} and (found := find_plan(chosen)):
        plans = [*plans, found.row()]
    alike = ("currency", "billing_cycle", "interval_count")
    return [
        (plan["_id"], plan_label(plan))
        for plan in plans
        if like is None or all(plan[name] == like[name] for name in alike)
    ]


def plan_label(plan: dict[str, Any]) -> str:
    """`Team · $49.00 per month`."""
    each = " a unit" if plan["pricing_model"] == "per_unit" else ""
    price = f"{money(plan['price'], plan['currency'])}{each}"
    return f"{plan['name']} · {price} {cycle(plan['billing_cycle'], plan['interval_count'])}"
