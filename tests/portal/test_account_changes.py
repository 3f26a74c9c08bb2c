"""What customers do by themselves with their subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from billing.actors import ScopeMissing, acting_as
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.database import database
from billing.events.views import event_view
from billing.inputs import merge, parse
from billing.plans.inputs import as_input as plan_input
from billing.plans.queries import get_plan
from billing.plans.save_plan import update_plan
from billing.self_service.cancel import cancel_own
from billing.self_service.inputs import EndSubscription
from billing.seller.inputs import SettingsInput
from billing.seller.save_settings import save_settings
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.users.models import User
from billing.users.sign_in import actor_for
from tests.factories import (
    PASSWORD,
    create_coupon,
    create_customer,
    create_plan,
    create_subscription,
    create_user,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

PAGES = ("seats", "plan", "cancel", "keep", "revoke-change", "resume")


def _team(**values: Any) -> Subscription:
    plan = create_plan(name="Team", price=1200, pricing_model="per_unit", self_service=True)
    return create_subscription(plan=plan, quantity=5, **values)


def _owner(visiting_as: Visitor, subscription: Subscription) -> PageClient:
    return visiting_as("customer", customer_id=subscription.customer_id)


def _page(subscription: Subscription, page: str = "") -> str:
    return f"/account/subscriptions/{subscription.id}/{page}".rstrip("/")


def _confirm(client: PageClient, path: str, **typed: Any) -> Any:
    """Type, look at what it comes to, and press the button again."""
    looked = client.submit(path, **typed)
    assert looked.status == 409
    assert "This is what it comes to now." in looked.alerts()
    return client.send(looked)


def _arrange(subscription: Subscription, **values: Any) -> None:
    """What staff change."""
    change = merge(SubscriptionChange, as_input(get_subscription(subscription.id)), values)
    update_subscription(subscription.id, change)


def test_seats_are_changed_as_they_were_shown(visiting_as: Visitor) -> None:
    subscription = _team()
    owner = _owner(visiting_as, subscription)
    looked = owner.submit(_page(subscription, "seats"), quantity="8")
    assert "Nothing is charged today." in looked.text
    assert "Team, 8 seats: $96.00 per month" in looked.text
    assert get_subscription(subscription.id).quantity == 5
    assert "Changed." in owner.follow(owner.send(looked)).text
    assert get_subscription(subscription.id).quantity == 8
    event = database().events.find_one({"type": "subscription.updated"})
    assert event is not None
    user = database().users.find_one({"_id": event["actor"]["id"]})
    assert user is not None
    assert user["customer_id"] == subscription.customer_id


def test_what_was_shown_and_is_no_longer_so_is_shown_again(visiting_as: Visitor) -> None:
    subscription = _team()
    owner = _owner(visiting_as, subscription)
    plan = create_plan(name="Large", price=9900, self_service=True)
    looked = owner.submit(_page(subscription, "plan"), plan_id=plan.id)
    assert "$99.00 per month" in looked.text
    update_plan(plan.id, plan_input(plan).model_copy(update={"price": 12900}))
    again = owner.send(looked)
    assert again.status == 409
    assert "$129.00 per month" in again.text
    assert get_subscription(subscription.id).plan_id == subscription.plan_id
    assert owner.send(again).status == 303
    assert get_subscription(subscription.id).plan_id == plan.id


def test_a_change_by_somebody_else_meanwhile_is_told_and_nothing_is_overwritten(
    visiting_as: Visitor,
) -> None:
    subscription = _team()
    owner = _owner(visiting_as, subscription)
    looked = owner.submit(_page(subscription, "seats"), quantity="8")
    _arrange(subscription, quantity=6)
    again = owner.send(looked)
    assert again.status == 409
    assert "Somebody changed this" in again.alerts()
    assert get_subscription(subscription.id).quantity == 6


def test_another_number_than_was_shown_is_not_done(visiting_as: Visitor) -> None:
    subscription = _team()
    owner = _owner(visiting_as, subscription)
    looked = owner.submit(_page(subscription, "seats"), quantity="8")
    assert owner.send(looked, quantity="80").status == 409
    assert get_subscription(subscription.id).quantity == 5


@pytest.mark.parametrize("quantity", ["0", "5", "x", "-1", "1000001", ""])
def test_no_number_of_seats_is_refused_beside_its_field(
    visiting_as: Visitor, quantity: str
) -> None:
    subscription = _team()
    path = _page(subscription, "seats")
    seen = _owner(visiting_as, subscription).submit(path, quantity=quantity)
    assert seen.status == 422
    assert seen.error_of("quantity")


def test_price_and_coupon_of_the_subscription_stay_with_other_seats(visiting_as: Visitor) -> None:
    coupon = create_coupon(code="LOYAL", duration="forever")
    subscription = _team(price=1000, coupon=coupon.code)
    _confirm(_owner(visiting_as, subscription), _page(subscription, "seats"), quantity="6")
    found = get_subscription(subscription.id)
    assert (found.quantity, found.price, found.coupon["code"]) == (6, 1000, "LOYAL")


def test_only_active_plans_on_offer_in_the_same_currency_can_be_chosen(
    visiting_as: Visitor,
) -> None:
    subscription = _team()
    fine = create_plan(name="Large", price=9900, self_service=True)
    others = [
        create_plan(name="Secret"),
        create_plan(name="Euro", currency="EUR", self_service=True),
        create_plan(name="Draft", status="draft", self_service=True),
        get_plan(subscription.plan_id),
    ]
    owner = _owner(visiting_as, subscription)
    page = owner.get(_page(subscription, "plan"))
    assert "Large" in page.text
    assert not {"Secret", "Euro", "Draft"} & set(page.text.split())
    for plan in others:
        seen = owner.submit(_page(subscription, "plan"), plan_id=plan.id)
        assert "is not one that you can change to here" in seen.error_of("plan_id"), plan.name
    _confirm(owner, _page(subscription, "plan"), plan_id=fine.id, effective="period_end")
    assert get_subscription(subscription.id).pending_change["plan_id"] == fine.id


def test_an_own_change_that_waits_can_be_undone(visiting_as: Visitor) -> None:
    subscription = _team()
    owner = _owner(visiting_as, subscription)
    _confirm(owner, _page(subscription, "seats"), quantity="3", effective="period_end")
    assert "Undo the change" in owner.get(_page(subscription)).text
    seen = owner.submit(_page(subscription, "revoke-change"))
    assert "It stays as it is." in owner.follow(seen).text
    assert not get_subscription(subscription.id).pending_change


def test_what_the_seller_arranged_cannot_be_dropped(visiting_as: Visitor) -> None:
    subscription = _team()
    _arrange(subscription, price=1500, effective="period_end")
    owner = _owner(visiting_as, subscription)
    seen = owner.get(_page(subscription))
    assert "This was arranged with you by us" in seen.text
    assert "Undo the change" not in seen.text
    for page in ("seats", "plan"):
        assert owner.get(_page(subscription, page)).status == 409
    assert owner.submit(_page(subscription, "revoke-change")).status == 409
    assert owner.submit(_page(subscription, "cancel")).status == 303
    assert owner.submit(_page(subscription, "keep")).status == 409, "a way around the new price"


def test_cancelling_says_what_is_kept_until_when_and_keeps_the_reason(
    visiting_as: Visitor,
) -> None:
    features = [{"key": "api", "name": "API access"}]
    plan = create_plan(name="Pro", features=features)
    subscription = create_subscription(plan=plan)
    owner = _owner(visiting_as, subscription)
    page = owner.get(_page(subscription, "cancel"))
    assert "You keep it until" in page.text
    assert "API access" in page.text
    seen = owner.send(page, feedback="too_expensive", comment="We are three people.")
    assert "You can take this back." in owner.follow(seen).text
    found = get_subscription(subscription.id)
    assert found.cancel_at_period_end
    assert found.cancellation_reason == "It costs too much: We are three people."
    event = database().events.find_one({"type": "subscription.cancellation_scheduled"})
    assert event is not None
    assert event["reason"] == found.cancellation_reason
    seen = owner.submit(_page(subscription, "keep"))
    assert "Your subscription goes on." in owner.follow(seen).text
    assert not get_subscription(subscription.id).cancel_at_period_end


def test_why_it_ends_is_said_in_the_readers_language_with_their_own_words(
    visiting_as: Visitor,
) -> None:
    subscription = create_subscription()
    said = {"feedback": "too_expensive", "comment": "We are three people."}
    owner, page = _owner(visiting_as, subscription), _page(subscription)
    owner.submit(_page(subscription, "cancel"), **said)
    staff, german = visiting_as("admin"), {"Accept-Language": "de"}
    in_english, in_german = (
        f"{w}: {said['comment']}" for w in ("It costs too much", "Es kostet zu viel")
    )
    assert in_german in staff.get(f"/subscriptions/{subscription.id}", headers=german).text
    assert in_english in owner.get(page).text
    past = f"/events/objects/{subscription.id}"
    assert in_german in staff.get(past, headers=german).text
    owner.submit(_page(subscription, "keep"))
    told = staff.get("/events?type=subscription.cancellation_revoked", headers=german).text
    assert in_german in told
    assert in_english not in told
    moment = database().events.find_one({"type": "subscription.cancellation_scheduled"})
    assert moment is not None
    at = moment["created_at"].isoformat(timespec="milliseconds")[:23]
    seen = staff.get(f"{past}?at={at}", headers=german).text
    assert in_german in seen
    assert "Nicht sicher" not in seen
    assert event_view(moment)["changes"]["cancellation_reason"] == [None, in_english]
    assert not any("phrase" in name for name in event_view(moment)["changes"])


def test_a_reason_that_staff_typed_stays_as_it_is(visiting_as: Visitor) -> None:
    words = "It costs too much: we are three people."
    subscription = create_subscription()
    cancel_subscription(subscription.id, CancelSubscription(reason=words))
    german = {"Accept-Language": "de"}
    seen = visiting_as("admin").get(f"/subscriptions/{subscription.id}", headers=german)
    assert words in seen.text


def test_what_staff_cancelled_is_not_taken_back_by_the_customer(visiting_as: Visitor) -> None:
    subscription = _team()
    cancel_subscription(subscription.id, CancelSubscription())
    owner = _owner(visiting_as, subscription)
    assert "Keep subscription" not in owner.get(_page(subscription)).text
    assert owner.submit(_page(subscription, "keep")).status == 409


@pytest.mark.parametrize(
    ("switch", "page"),
    [("change_quantity", "seats"), ("change_plan", "plan"), ("cancel", "cancel")],
)
def test_the_seller_switches_each_off(visiting_as: Visitor, switch: str, page: str) -> None:
    subscription = _team()
    create_plan(name="Large", self_service=True)
    owner = _owner(visiting_as, subscription)
    path = _page(subscription, page)
    assert owner.get(path).status == 200
    assert path in owner.get(_page(subscription)).links()
    save_settings(parse(SettingsInput, {"name": "Duebill", "self_service": {switch: False}}))
    assert owner.get(path).status == 409
    assert path not in owner.get(_page(subscription)).links()


def test_a_viewer_sees_all_of_it_and_changes_nothing(visiting_as: Visitor) -> None:
    subscription = _team()
    create_plan(name="Large", self_service=True)
    owner, viewer = (_owner(visiting_as, subscription) for _ in range(2))
    newest = User.objects.order_by("-id").first()
    User.objects(id=newest.id).update_one(set__customer_role="viewer")
    assert viewer.get("/account").status == 200
    assert _page(subscription, "cancel") in owner.get(_page(subscription)).links()
    assert not viewer.get(_page(subscription)).links() & {_page(subscription, p) for p in PAGES}
    token = viewer.get("/profile").values("/profile")["csrf_token"]
    for page in PAGES:
        assert viewer.get(_page(subscription, page)).status == 403, page
        assert viewer.post(_page(subscription, page), {"csrf_token": token}).status == 403, page
    actor = actor_for(User.objects(id=newest.id).first())
    with acting_as(actor), pytest.raises(ScopeMissing):
        cancel_own(subscription.id, EndSubscription())


def test_users_of_before_there_were_roles_are_owners(db: object) -> None:
    user = create_user(role="customer", customer_id=create_customer().id, password=PASSWORD)
    assert "customer_role" not in (database().users.find_one({"_id": user.id}) or {})
    assert user.is_owner
    assert not create_user(role="viewer").is_owner


def test_nothing_can_be_done_to_anothers_subscription(stranger: PageClient) -> None:
    subscription = _team()
    create_plan(name="Large", self_service=True)
    token = stranger.get("/profile").values("/profile")["csrf_token"]
    for page in PAGES:
        assert stranger.get(_page(subscription, page)).status == 404, page
        typed = {"csrf_token": token, "quantity": "1", "effective": "now"}
        assert stranger.post(_page(subscription, page), typed).status == 404, page
    assert get_subscription(subscription.id).revision == subscription.revision
