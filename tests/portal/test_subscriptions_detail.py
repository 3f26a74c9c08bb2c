"""The page of one subscription: its state, what comes next, and what can be done now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription
from billing.customers.inputs import as_input
from billing.customers.save_customer import update_customer
from billing.inputs import merge
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
)
from billing.subscriptions.inputs import as_input as as_change
from billing.subscriptions.models import Subscription
from portal.values import date_text
from tests.factories import (
    create_coupon,
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_usage,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen


def _acts(seen: Seen, subscription: Subscription) -> set[str]:
    """What the page offers to do with it."""
    own = f"/subscriptions/{subscription.id}/"
    found = {link.removeprefix(own) for link in seen.links() if link.startswith(own)}
    return {act for act in found if "/" not in act}


def _page(client: PageClient, subscription: Subscription) -> Seen:
    return client.get(f"/subscriptions/{subscription.id}")


def test_each_state_offers_what_it_allows(admin: PageClient) -> None:
    active, trial = create_subscription(), create_subscription(plan=create_plan(trial_days=9))
    paused, planned, ending, over = (create_subscription() for _ in range(4))
    pause_subscription(paused.id)
    later = clock.today() + timedelta(days=2)
    pause_subscription(planned.id, PauseSubscription(starts_on=later))
    cancel_subscription(ending.id, CancelSubscription())
    cancel_subscription(over.id, CancelSubscription(when="now"))
    offered = {
        active: {"change", "pause", "cancel"},
        trial: {"change", "cancel"},
        paused: {"change", "resume", "cancel"},
        planned: {"change", "resume", "cancel"},
        ending: {"change", "pause", "keep", "cancel"},
        over: set(),
    }
    for subscription, acts in offered.items():
        seen = _page(admin, subscription)
        assert _acts(seen, subscription) == acts, seen.text


def test_who_may_only_look_is_offered_nothing(visiting_as: Visitor) -> None:
    subscription = create_subscription()
    assert _acts(_page(visiting_as("viewer"), subscription), subscription) == set()


def test_billing_is_offered_once_something_is_due(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        subscription = create_subscription()
    assert "bill" in _acts(_page(admin, subscription), subscription)


def test_trial_coupon_and_minimum_are_told(admin: PageClient) -> None:
    coupon = create_coupon(
        code="LOYAL", name="Loyalty", amount_off=500, currency="USD",
        duration="repeating", duration_cycles=3,
    )  # fmt: skip
    plan = create_plan(minimum_amount=9000)
    seen = _page(admin, create_subscription(plan=plan, coupon=coupon.code))
    assert "Loyalty (LOYAL), $5.00 off, for 2 more invoices" in seen.text
    assert "$90.00, $49.00 of it in advance" in seen.text
    trial = create_subscription(plan=create_plan(trial_days=9))
    day = date_text(trial.trial_end_date)
    assert f"Trial until {day}: its days are free." in _page(admin, trial).text


def test_what_waits_and_the_next_invoice_are_shown(admin: PageClient) -> None:
    plan = create_plan(price=3000, billing_cycle="daily", interval_count=30)
    with clock.frozen(clock.now() - timedelta(days=10)):
        subscription = create_subscription(plan=plan)
    change = SubscriptionChange(plan_id=plan.id, price=6000)
    update_subscription(subscription.id, change)
    seen = _page(admin, subscription)
    assert "Waits for the next invoice" in seen.text
    # 20 of 30 days: 40.00 less 20.00, then 60.00
    assert "Due $80.00" in seen.text


def test_tiers_further_charges_and_usage_are_part_of_the_price(admin: PageClient) -> None:
    meter = create_meter(key="calls", name="API calls")
    plan = create_plan(
        price=0,
        pricing_model="graduated",
        tiers=[{"up_to": 5, "unit_amount": 1000}, {"unit_amount": 500}],
        charges=[
            {"key": "sla", "name": "SLA", "pricing_model": "flat", "unit_amount": 700},
            {
                "key": "calls", "name": "Calls", "pricing_model": "per_unit",
                "unit_amount": 2, "meter": "calls",
            },
        ],
    )  # fmt: skip
    subscription = create_subscription(plan=plan, quantity=7)
    create_usage(subscription=subscription, meter=meter, value=150)
    seen = _page(admin, subscription)
    assert "$67.00 per month and usage" in seen.text
    assert "by tiers" in seen.text
    assert "Usage so far" in seen.text
    assert "Calls 150 units" in seen.text
    assert "Due $70.00" in seen.text


@pytest.mark.parametrize("resumes", [False, True])
def test_a_pause_says_when_it_is_over(admin: PageClient, resumes: bool) -> None:
    subscription = create_subscription()
    day = clock.today() + timedelta(days=5)
    pause_subscription(subscription.id, PauseSubscription(resumes_on=day if resumes else None))
    seen = _page(admin, subscription)
    assert (f"goes on {date_text(day)}" in seen.text) is resumes
    assert ("None until it is resumed" in seen.text) is not resumes


def test_a_change_that_waits_behind_a_pause_names_no_day(admin: PageClient) -> None:
    subscription = create_subscription()
    later = SubscriptionChange(plan_id=subscription.plan_id, quantity=2, effective="period_end")
    update_subscription(subscription.id, later)
    day = date_text(subscription.current_period_end)
    assert f"Changes on {day} to Pro, 2 units" in _page(admin, subscription).text
    pause_subscription(subscription.id)
    assert "Changes with the next period to Pro, 2 units" in _page(admin, subscription).text


def test_a_suspended_customer_has_no_next_invoice(admin: PageClient) -> None:
    customer = create_customer()
    subscription = create_subscription(customer=customer)
    update_customer(customer.id, as_input(customer).model_copy(update={"status": "suspended"}))
    assert "None while the customer is suspended." in _page(admin, subscription).text


def test_what_is_to_come_stands_above_the_past_and_can_be_taken_back(admin: PageClient) -> None:
    plan = create_plan(price=1000, pricing_model="per_unit")
    subscription = create_subscription(plan=plan)
    later = {"quantity": 7, "effective": "period_end"}
    update_subscription(subscription.id, merge(SubscriptionChange, as_change(subscription), later))
    path = f"/subscriptions/{subscription.id}"
    seen = admin.get(path)
    assert "To come" in seen.text
    assert "7 units: $70.00 per month" in seen.text
    assert "Invoice of $70.00 for the time until" in seen.text
    assert f"{path}/revoke-change" in seen.links()
    admin.submit(f"{path}/revoke-change")
    assert "Invoice of $10.00" in admin.get(path).text
    cancel_subscription(subscription.id, CancelSubscription(when="period_end"))
    ending = admin.get(path)
    assert "Keep it" in ending.text
    assert "Invoice of" not in ending.text


def test_a_trials_end_is_to_come_and_nothing_of_what_is_over(admin: PageClient) -> None:
    trial = create_subscription(plan=create_plan(trial_days=10))
    assert "The trial ends" in admin.get(f"/subscriptions/{trial.id}").text
    cancel_subscription(trial.id, CancelSubscription(when="now"))
    assert "To come" not in admin.get(f"/subscriptions/{trial.id}").text
