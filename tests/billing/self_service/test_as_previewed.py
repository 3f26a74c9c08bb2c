"""What is done is what was shown, and usage that comes in between does not stand in the way."""

from __future__ import annotations

from typing import Any

import pytest

from billing.actors import acting_as
from billing.changes.as_previewed import PreviewOutdated, digest_of, do_as_previewed
from billing.changes.pause import pause_subscription
from billing.changes.preview import preview_change
from billing.customers.queries import get_customer
from billing.database import database
from billing.plans.inputs import as_input as plan_input
from billing.plans.save_plan import update_plan
from billing.self_service.change import change_own_plan, change_own_quantity, resume_own
from billing.self_service.errors import NotOffered
from billing.self_service.inputs import ChangePlan, ChangeQuantity, EndSubscription
from billing.self_service.offers import offers_of
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.users.models import User
from billing.users.sign_in import actor_for
from tests.factories import (
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_usage,
    create_user,
)

CALLS = {"key": "calls", "name": "Calls", "pricing_model": "per_unit", "unit_amount": 10}


@pytest.fixture
def owner(db: object) -> User:
    return create_user(role="customer", customer_id=create_customer().id)


def _subscribed(owner: User, **values: Any) -> Subscription:
    usual = {"price": 1200, "pricing_model": "per_unit", "self_service": True}
    plan = create_plan(**usual, **values)
    return create_subscription(customer=get_customer(owner.customer_id), plan=plan, quantity=5)


def test_it_is_done_once_it_is_as_it_was_shown(owner: User) -> None:
    subscription = _subscribed(owner)

    def change() -> Subscription:
        return change_own_quantity(subscription.id, ChangeQuantity(quantity=8))

    with acting_as(actor_for(owner)):
        digest = digest_of(preview_change(change))
        with pytest.raises(PreviewOutdated):
            do_as_previewed(change, subscription.id, "")
        assert get_subscription(subscription.id).quantity == 5
        assert do_as_previewed(change, subscription.id, digest).quantity == 8


def test_usage_that_comes_in_meanwhile_makes_no_other_preview(owner: User) -> None:
    create_meter(key="calls")
    subscription = _subscribed(owner, charges=[{**CALLS, "meter": "calls"}])
    create_usage(subscription=subscription, meter="calls", value=3)

    def change() -> Subscription:
        return change_own_quantity(subscription.id, ChangeQuantity(quantity=8))

    with acting_as(actor_for(owner)):
        digest = digest_of(preview_change(change))
        create_usage(subscription=subscription, meter="calls", value=400)
        assert digest_of(preview_change(change)) == digest
        assert do_as_previewed(change, subscription.id, digest).quantity == 8


def test_another_price_is_another_preview(owner: User) -> None:
    subscription = _subscribed(owner)
    large = create_plan(name="Large", price=9900, self_service=True)

    def change() -> Subscription:
        return change_own_plan(subscription.id, ChangePlan(plan_id=large.id, quantity=1))

    with acting_as(actor_for(owner)):
        digest = digest_of(preview_change(change))
        update_plan(large.id, plan_input(large).model_copy(update={"price": 9901}))
        events = database().events.count_documents({})
        with pytest.raises(PreviewOutdated):
            do_as_previewed(change, subscription.id, digest)
    assert database().events.count_documents({}) == events


def test_who_owes_something_settles_that_before_growing(owner: User) -> None:
    subscription = _subscribed(owner)
    assert "change_quantity" in offers_of(subscription.id)
    for status in ("past_due", "unpaid"):
        database().subscriptions.update_one({"_id": subscription.id}, {"$set": {"status": status}})
        assert offers_of(subscription.id) == {"cancel"}
    with acting_as(actor_for(owner)), pytest.raises(NotOffered):
        change_own_quantity(subscription.id, ChangeQuantity(quantity=8))


def test_a_pause_is_ended_and_nothing_else_is_offered_in_it(owner: User) -> None:
    subscription = _subscribed(owner)
    pause_subscription(subscription.id)
    assert offers_of(subscription.id) == {"resume", "cancel"}
    with acting_as(actor_for(owner)):
        assert resume_own(subscription.id).status == "active"


def test_seats_of_a_flat_plan_are_not_offered(owner: User) -> None:
    flat = _subscribed(owner, name="Flat")
    database().plan_versions.update_many({}, {"$set": {"pricing_model": "flat"}})
    assert "change_quantity" not in offers_of(flat.id)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, None),
        ({"feedback": "unused"}, "We do not use it enough"),
        ({"comment": "Bye"}, "Bye"),
        ({"feedback": "other", "comment": "Bye"}, "Another reason: Bye"),
    ],
)
def test_a_reason_is_kept_in_words(said: dict[str, Any], kept: str | None) -> None:
    assert EndSubscription(**said).reason == kept
