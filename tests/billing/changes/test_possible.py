"""What is offered is what the engine takes, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import revoke_pending_change, update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.changes.possible import actions_of, possible_actions
from billing.changes.preview import preview_change
from billing.errors import Conflict
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.subscribe import generate_invoice
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
    as_input,
)
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_customer, create_plan, create_subscription, create_test_clock

pytestmark = pytest.mark.usefixtures("db")


def _today(days: int = 0) -> date:
    return clock.today() + timedelta(days=days)


def _scheduled() -> Subscription:
    subscription = create_subscription()
    more = SubscriptionChange(plan_id=subscription.plan_id, quantity=2, effective="period_end")
    return update_subscription(subscription.id, more)


def _due() -> Subscription:
    with clock.frozen(clock.now() - timedelta(days=40)):
        return create_subscription()


STATES: dict[str, Callable[[], Subscription]] = {
    "active": create_subscription,
    "due": _due,
    "not begun": lambda: create_subscription(start_date=_today(9).isoformat()),
    "on trial": lambda: create_subscription(plan=create_plan(trial_days=14)),
    "paused": lambda: pause_subscription(create_subscription().id),
    "to be paused": lambda: pause_subscription(
        create_subscription().id, PauseSubscription(starts_on=_today(3))
    ),
    "ending": lambda: cancel_subscription(create_subscription().id, CancelSubscription()),
    "with a change": _scheduled,
    "cancelled": lambda: cancel_subscription(
        create_subscription().id, CancelSubscription(when="now")
    ),
}


def _bill(subscription_id: str) -> Subscription:
    generate_invoice(GenerateInvoice(subscription_id=subscription_id))
    return get_subscription(subscription_id)


DOING: dict[str, Callable[[str], Subscription]] = {
    "change": lambda one: update_subscription(one, as_input(get_subscription(one))),
    "revoke_change": revoke_pending_change,
    "pause": pause_subscription,
    "resume": resume_subscription,
    "cancel": lambda one: cancel_subscription(one, CancelSubscription(when="now")),
    "keep": keep_subscription,
    "bill": _bill,
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_possible_is_done_and_the_rest_is_refused(state: str) -> None:
    subscription_id = STATES[state]().id
    possible = possible_actions(subscription_id)
    for action, act in DOING.items():
        if action in possible:
            preview_change(lambda act=act: act(subscription_id))  # type: ignore[misc]
        else:
            with pytest.raises(Conflict):
                preview_change(lambda act=act: act(subscription_id))  # type: ignore[misc]


@pytest.mark.parametrize("state", STATES)
def test_an_end_with_the_period_is_offered_where_it_waits_for_one(state: str) -> None:
    subscription_id = STATES[state]().id
    if "cancel_at_period_end" in possible_actions(subscription_id):
        found = preview_change(lambda: cancel_subscription(subscription_id, CancelSubscription()))
        assert found.subscription["cancel_at_period_end"]
    else:
        assert state in {"not begun", "paused", "ending", "cancelled"}


def test_billing_is_possible_from_the_day_on_which_something_is_due() -> None:
    row = create_subscription().row()
    due = date.fromisoformat(row["next_billing_date"])
    assert "bill" in actions_of(row, due)
    assert "bill" not in actions_of(row, due - timedelta(days=1))


def test_a_customer_on_a_test_clock_lives_at_its_time() -> None:
    customer = create_customer(test_clock_id=create_test_clock(now="2031-05-01").id)
    assert "bill" not in possible_actions(create_subscription(customer=customer).id)
