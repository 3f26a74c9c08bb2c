"""The audit trail in the browser: sentences, before and after, timelines by days, the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing import clock
from billing.changes.change import update_subscription
from billing.customers.inputs import as_input
from billing.customers.save_customer import update_customer
from billing.database import database
from billing.inputs import merge
from billing.money import format_money
from billing.subscriptions.inputs import SubscriptionChange
from billing.subscriptions.inputs import as_input as as_change
from tests.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_user,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


def test_a_change_is_told_in_a_sentence_and_side_by_side(admin: PageClient) -> None:
    team, scale = create_plan(name="Team"), create_plan(name="Scale", price=9900)
    subscription = create_subscription(plan=team)
    wanted = merge(
        SubscriptionChange, as_change(subscription), {"plan_id": scale.id, "quantity": 3}
    )
    update_subscription(subscription.id, wanted)
    told = "Plan changed from Team to Scale, quantity changed from 1 to 3"
    page = admin.get(f"/subscriptions/{subscription.id}")
    assert told in page.text
    assert "Subscribed to Team" in page.text
    event = database().events.find_one({"type": "subscription.updated"})
    assert event is not None
    seen = admin.get(f"/events/{event['_id']}")
    assert seen.title == f"{told}, prorated $50.00"
    assert "Quantity 1 3" in seen.text
    assert f"/plans/{team.id}" in seen.links()
    assert f"/events/{event['_id']}" in admin.get("/events").links()


@pytest.mark.parametrize("behavior", ["create_prorations", "always_invoice"])
def test_a_change_within_a_period_tells_what_it_prorated(admin: PageClient, behavior: str) -> None:
    plan = create_plan(price=3000, pricing_model="per_unit")
    with clock.frozen(datetime(2026, 11, 1, 12, tzinfo=UTC)):
        subscription = create_subscription(plan=plan)
    with clock.frozen(datetime(2026, 11, 16, 12, tzinfo=UTC)):
        more = {"quantity": 2, "proration_behavior": behavior}
        wanted = merge(SubscriptionChange, as_change(subscription), more)
        update_subscription(subscription.id, wanted)
    page = admin.get(f"/subscriptions/{subscription.id}")
    assert "Quantity changed from 1 to 2, prorated $15.00" in page.text


def test_amounts_are_in_the_currency_of_the_object(admin: PageClient) -> None:
    invoice = create_invoice()
    seen = admin.get(f"/customers/{invoice.customer_id}")
    total = format_money(invoice.total, "USD")
    assert f"Invoice {invoice.number} issued for {total}" in seen.text
    assert f"/invoices/{invoice.id}" in seen.links()


def test_the_trail_is_narrowed_by_who_and_when(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=3)):
        create_customer(name="Long ago")
    create_customer(name="Now")
    today = clock.today()
    found = admin.get(f"/events?type=customer.created&since={today}&until={today}")
    assert "2 events" in found.text
    assert "No events" in admin.get(f"/events?since={today + timedelta(days=1)}").text
    assert admin.get("/events?since=soon").status == 422
    nobody = admin.get("/events?actor_id=usr_nobody")
    assert "Nothing matches" in nobody.text


def test_a_long_history_goes_on_where_it_ended(admin: PageClient) -> None:
    customer = create_customer()
    for number in range(20):
        changed = as_input(customer).model_copy(update={"name": f"Name {number}"})
        customer = update_customer(customer.id, changed)
    page = admin.get(f"/customers/{customer.id}")
    assert "Name 19" in page.text
    assert "Name 3" not in page.text
    assert page.page is not None
    more = next(a for a in page.page.iter("a") if (a.text or "") == "Earlier")
    assert more.get("href") == f"/events?customer_id={customer.id}"
    rest = admin.get(more.get("hx-get", ""), headers={"HX-Request": "true"})
    assert "Name 3" in rest.html
    assert "Customer created" in rest.html
    assert "timeline-day" not in rest.html, "the same day has its heading already"


def test_an_object_is_shown_as_it_was(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=9)):
        customer = create_customer(name="Once Ltd")
    changed = as_input(customer).model_copy(update={"name": "Today Ltd"})
    update_customer(customer.id, changed)
    page = admin.get(f"/customers/{customer.id}")
    assert f"/events/objects/{customer.id}" in page.links()
    yesterday = clock.today() - timedelta(days=1)
    seen = admin.get(f"/events/objects/{customer.id}?at={yesterday}T12:00")
    assert "Once Ltd" in seen.text
    assert "Today Ltd" not in seen.text
    assert "Preferences, currency USD" in seen.text
    early = admin.get(f"/events/objects/{customer.id}?at=2020-01-01T12:00")
    assert "It did not exist yet" in early.text
    wrong = admin.get(f"/events/objects/{customer.id}?at=soon")
    assert wrong.status == 422
    assert wrong.error_of("at")
    assert admin.get("/events/objects/cus_none").status == 404


def test_a_log_that_is_younger_than_the_object_is_said(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=9)):
        customer = create_customer()
    database().events.delete_many({"object_id": customer.id})
    seen = admin.get(f"/events/objects/{customer.id}")
    assert "The audit trail does not tell of this" in seen.text


def test_the_past_of_what_somebody_may_not_see_is_not_shown(visiting_as: Visitor) -> None:
    user = create_user()
    viewer = visiting_as("viewer")
    assert viewer.get(f"/events/objects/{user.id}").status == 403
    assert viewer.get("/events").status == 200
