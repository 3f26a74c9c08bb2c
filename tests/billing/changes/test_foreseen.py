"""A preview is what doing it comes to, to the last field, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.preview import preview_change
from billing.coupons.errors import CouponUnknown
from billing.coupons.queries import get_coupon
from billing.customers.adjust_credit import adjust_credit
from billing.customers.inputs import AdjustCredit
from billing.customers.queries import get_customer
from billing.database import Database, Row, database
from billing.inputs import merge, parse
from billing.invoices.subscribe import create_subscription as subscribe
from billing.subscriptions.inputs import (
    CancelSubscription,
    SubscriptionChange,
    SubscriptionInput,
    as_input,
)
from billing.subscriptions.models import Subscription
from billing.transactions import outside_transaction
from tests.factories import (
    create_coupon,
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_usage,
)
from tests.foreseeing import as_done

CALLS = {"key": "calls", "name": "Calls", "pricing_model": "per_unit", "unit_amount": 10}


@pytest.fixture
def customer_id(db: Database[Row]) -> str:
    """Taxed twice, and with more credit than one invoice takes."""
    rates = [create_tax_rate(name=name).id for name in ("State", "City")]
    customer = create_customer(tax_rate_ids=rates, preferences={"timezone": "Pacific/Kiritimati"})
    credit = {"amount": 6100, "currency": "USD", "reason": "Welcome"}
    adjust_credit(customer.id, parse(AdjustCredit, credit))
    return str(customer.id)


def _everything() -> dict[str, list[Row]]:
    names = sorted(database().list_collection_names())
    return {name: list(database()[name].find().sort("_id", 1)) for name in names}


STARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "today": lambda: {"coupon": create_coupon(percent_off="12.5").code},
    "three periods ago": lambda: {"start_date": f"{clock.today() - timedelta(days=75)}"},
    "next month": lambda: {"start_date": f"{clock.today() + timedelta(days=30)}"},
    "with a trial": lambda: {"trial_days": 10, "price": 3333, "metadata": {"a": "b"}},
    "on the first, for a while": lambda: {
        "billing_anchor": {"day": 1},
        "end_date": f"{clock.today() + timedelta(days=400)}",
    },
}


@pytest.mark.parametrize("start", STARTS)
def test_a_new_subscription_is_as_it_was_foreseen(customer_id: str, start: str) -> None:
    plan = create_plan(price=4900, pricing_model="per_unit", setup_fee=700)
    values = {"customer_id": customer_id, "plan_id": plan.id, "quantity": 3, **STARTS[start]()}
    data = parse(SubscriptionInput, values)
    before = _everything()
    foreseen = as_done(lambda: subscribe(data))
    assert _everything() == before
    subscription = subscribe(data)
    invoices = list(database().invoices.find({"subscription_id": subscription.id}).sort("_id", 1))
    assert [row["amount_due"] for row in invoices] == [
        row["amount_due"] for row in foreseen.invoices
    ]


def test_a_change_to_a_metered_plan_is_as_it_was_foreseen(customer_id: str) -> None:
    create_meter(key="calls")
    metered = create_plan(
        name="Metered", price=900, minimum_amount=5000, charges=[{**CALLS, "meter": "calls"}]
    )
    subscription = create_subscription(
        customer=get_customer(customer_id),
        plan=create_plan(price=2900),
        coupon=create_coupon().code,
    )
    for behavior in ("create_prorations", "always_invoice", "none"):
        change = {"plan_id": metered.id, "proration_behavior": behavior}
        data = merge(SubscriptionChange, as_input(subscription), change)
        before = _everything()
        with clock.frozen(clock.now() + timedelta(days=9)):
            as_done(lambda data=data: update_subscription(subscription.id, data), subscription.id)  # type: ignore[misc]
        assert _everything() == before
    update_subscription(subscription.id, data)
    create_usage(subscription=subscription, meter="calls", value=7)
    for proration in ("credit", "none"):
        how = CancelSubscription(when="now", proration=proration)
        as_done(lambda how=how: cancel_subscription(subscription.id, how), subscription.id)  # type: ignore[misc]


def test_what_is_refused_is_refused_in_the_preview(customer_id: str) -> None:
    subscription = create_subscription(customer=get_customer(customer_id))
    data = merge(SubscriptionChange, as_input(subscription), {"coupon": "NONE"})
    with pytest.raises(CouponUnknown):
        as_done(lambda: update_subscription(subscription.id, data), subscription.id)


def test_a_preview_holds_up_nobody(customer_id: str) -> None:
    """Neither the coupon nor the customer is written, so others can while somebody looks ahead."""
    coupon, plan = create_coupon(max_redemptions=1), create_plan()
    values = {"customer_id": customer_id, "plan_id": plan.id, "coupon": coupon.code}
    data = parse(SubscriptionInput, values)

    def look_and_let_others() -> Subscription:
        found = subscribe(data)
        outside_transaction(lambda: subscribe(data))
        return found

    assert preview_change(look_and_let_others).subscription["coupon"]["code"] == coupon.code
    assert get_coupon(coupon.id).times_redeemed == 1
