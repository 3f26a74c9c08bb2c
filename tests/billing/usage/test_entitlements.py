"""What was used so far, and what a customer may use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription
from billing.customers.errors import CustomerNotFound
from billing.customers.models import Customer
from billing.database import database
from billing.plans.pricing import Usage
from billing.subscriptions.errors import SubscriptionNotFound
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.usage.entitlements import Limit, entitlements, may_use
from billing.usage.so_far import MeterUsage, usage_so_far
from tests.factories import (
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_usage,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FEATURES = [
    {"key": "sso", "name": "Single sign-on", "enabled": True},
    {"key": "audit", "name": "Audit log", "enabled": False},
]
LIMITS = {"calls": 100, "seats": 5, "projects": None, "webhooks": 0}


@pytest.fixture(autouse=True)
def standing_time(db: object) -> Any:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def customer() -> Customer:
    """On a plan with features and limits, one of them measured; billed for March."""
    customer = create_customer()
    create_meter(key="calls", name="API calls", unit="calls")
    plan = create_plan(features=FEATURES, limits=LIMITS)
    create_subscription(customer=customer, plan=plan, start_date="2026-02-01")
    return customer


def only(customer: Customer) -> Subscription:
    found: Subscription = Subscription.objects(customer_id=customer.id).get()
    return found


def use(customer: Customer, value: object, day: str = "2026-03-09") -> None:
    at = f"{day}T10:00:00Z"
    create_usage(subscription=only(customer), meter="calls", value=value, occurred_at=at)


def put(customer: Customer, **values: Any) -> None:
    database().subscriptions.update_one({"customer_id": customer.id}, {"$set": values})


def limits(customer: Customer) -> dict[str, Limit]:
    return {limit.key: limit for limit in entitlements(customer.id)[0].limits}


def test_usage_so_far_is_of_the_current_period_and_tells_what_came_late(
    customer: Customer,
) -> None:
    use(customer, 3)
    use(customer, "0.5", "2026-02-20")
    create_meter(key="unused")
    found = usage_so_far(only(customer).id)
    assert (found.start, found.end) == (date(2026, 3, 1), date(2026, 4, 1))
    assert not found.in_trial
    meter = database().meters.find_one({"key": "calls"})
    assert found.meters == [MeterUsage(meter, Usage(Decimal("3.5"), 2), 1)]


def test_a_meter_that_the_plan_charges_for_is_told_though_nothing_was_used(
    customer: Customer,
) -> None:
    charges = [{"key": "calls", "meter": "calls"}, {"key": "setup", "meter": None}]
    database().plan_versions.update_many({}, {"$set": {"charges": charges}})
    found = usage_so_far(only(customer).id).meters
    assert [(m.meter["key"], m.usage, m.late) for m in found] == [
        ("calls", Usage(Decimal(0), 0), 0)
    ]


def test_in_a_trial_what_was_used_is_told_and_will_not_be_billed(customer: Customer) -> None:
    put(customer, status="trialing", trial_end_date="2026-03-15", start_date="2026-03-05")
    use(customer, 7)
    found = usage_so_far(only(customer).id)
    assert (found.start, found.end, found.in_trial) == (
        date(2026, 3, 5),
        date(2026, 3, 15),
        True,
    )
    assert [m.usage for m in found.meters] == [Usage(Decimal(7), 1)]
    assert limits(customer)["calls"].used == 7


def test_before_the_first_period_there_is_no_end(customer: Customer) -> None:
    unset = {"current_period_start": 1, "current_period_end": 1}
    database().subscriptions.update_one({}, {"$unset": unset})
    found = usage_so_far(only(customer).id)
    assert (found.start, found.end, found.meters) == (date(2026, 2, 1), None, [])


def test_a_live_subscription_tells_its_features_and_limits(customer: Customer) -> None:
    use(customer, "40.5")
    use(customer, 60, "2026-02-20")
    (found,) = entitlements(customer.id)
    assert found.in_force
    assert [dict(feature) for feature in found.features] == FEATURES
    assert found.limits == [
        Limit("calls", 100, Decimal("100.5"), "API calls", "calls"),
        Limit("seats", 5, None, "Seats"),
        Limit("projects", None, None, "Projects"),
        Limit("webhooks", 0, None, "Webhooks"),
    ]
    assert [limit.remaining for limit in found.limits] == [Decimal(0), None, None, None]


def test_what_is_left_is_told_exactly(customer: Customer) -> None:
    use(customer, "99.999")
    assert limits(customer)["calls"].remaining == Decimal("0.001")
    assert may_use(customer.id, "calls")
    use(customer, "0.001")
    assert not may_use(customer.id, "calls")


def test_may_use_knows_features_and_limits(customer: Customer) -> None:
    asked = ("sso", "audit", "calls", "seats", "projects", "webhooks", "teleport")
    assert [key for key in asked if may_use(customer.id, key)] == [
        "sso",
        "calls",
        "seats",
        "projects",
    ]


def test_another_subscription_that_allows_it_is_enough(customer: Customer) -> None:
    plan = create_plan(features=[{"key": "audit", "name": "Audit log"}], limits={"calls": None})
    create_subscription(customer=customer, plan=plan, start_date="2026-03-01")
    assert may_use(customer.id, "audit")
    assert len(entitlements(customer.id)) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"status": "paused"},
        {"status": "unpaid"},
        {"start_date": "2026-03-11"},
        {"end_date": "2026-03-10"},
    ],
)
def test_what_is_not_in_force_allows_nothing(customer: Customer, values: dict[str, str]) -> None:
    put(customer, **values)
    (found,) = entitlements(customer.id)
    assert not found.in_force
    assert not may_use(customer.id, "sso")


@pytest.mark.parametrize("status", ["trialing", "past_due"])
def test_trials_and_dunning_keep_serving(customer: Customer, status: str) -> None:
    put(customer, status=status)
    assert may_use(customer.id, "sso")


def test_what_has_ended_entitles_to_nothing(customer: Customer) -> None:
    cancel_subscription(only(customer).id, CancelSubscription(when="now"))
    assert entitlements(customer.id) == []
    assert entitlements(create_customer().id) == []


def test_strangers_find_nothing(customer: Customer) -> None:
    with acting_as(Actor(type="user", role="customer", customer_id=create_customer().id)):
        for ask in (
            lambda: entitlements(customer.id),
            lambda: may_use(customer.id, "sso"),
        ):
            with pytest.raises(CustomerNotFound):
                ask()
        with pytest.raises(SubscriptionNotFound):
            usage_so_far(Subscription.objects(customer_id=customer.id).get().id)
