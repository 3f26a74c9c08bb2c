"""Subscriptions in the browser."""

from __future__ import annotations

from datetime import date, timedelta

from billing import clock
from billing.plans.inputs import as_input as plan_input
from billing.plans.save_plan import update_plan
from billing.subscriptions.queries import get_subscription, list_subscriptions
from tests.factories import create_customer, create_plan, create_subscription
from tests.portal.page_client import PageClient


def _id(location: str) -> str:
    return location.rpartition("/")[2]


def test_a_customer_is_chosen_and_then_subscribed(admin: PageClient) -> None:
    customer, plan = create_customer(name="Acme"), create_plan(name="Team")
    chosen = f"/subscriptions/new?customer_id={customer.id}"
    assert chosen in admin.get("/subscriptions/new?q=acm").links()
    seen = admin.submit(chosen, plan_id=plan.id, quantity="1")
    page = admin.follow(seen)
    assert page.title == "Team"
    assert "$49.00 per month" in page.text
    assert "INV-" in page.text
    assert get_subscription(_id(seen.to)).customer_id == customer.id


def test_a_negotiated_price_is_typed_in_the_plans_currency(admin: PageClient) -> None:
    customer = create_customer()
    plan = create_plan(price=4900, currency="JPY")
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, price="3000")
    assert get_subscription(_id(seen.to)).price == 3000
    assert "negotiated" in admin.follow(seen).text


def test_a_start_in_the_past_bills_every_period_since(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    start = clock.today() - timedelta(days=70)
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, start_date=start.isoformat())
    assert admin.follow(seen).text.count("INV-") == 3


def test_a_start_in_the_future_waits(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    start = clock.today() + timedelta(days=10)
    path = f"/subscriptions/new?customer_id={customer.id}"
    seen = admin.submit(path, plan_id=plan.id, start_date=start.isoformat())
    assert "Not billed yet" in admin.follow(seen).text


def test_bad_input_is_named_and_kept(admin: PageClient) -> None:
    customer, plan = create_customer(), create_plan()
    path = f"/subscriptions/new?customer_id={customer.id}"
    typed = {"quantity": "two", "price": "cheap", "start_date": "2026-02-30"}
    seen = admin.submit(path, plan_id=plan.id, **typed)
    assert seen.status == 422
    assert seen.error_of("quantity") == "Quantity must be a whole number."
    assert "amount" in seen.error_of("price")
    assert "must be a date" in seen.error_of("start_date")
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_subscriptions().total == 0


def test_a_plan_that_went_off_sale_meanwhile_is_refused_beside_the_field(
    admin: PageClient,
) -> None:
    customer, plan = create_customer(), create_plan()
    page = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    update_plan(plan.id, plan_input(plan).model_copy(update={"status": "archived"}))
    seen = admin.send(page, plan_id=plan.id)
    assert seen.status == 422
    assert "only an active plan" in seen.error_of("plan_id")


def test_without_a_plan_the_page_says_what_to_do(admin: PageClient) -> None:
    customer = create_customer()
    seen = admin.get(f"/subscriptions/new?customer_id={customer.id}")
    assert "no active plan yet" in seen.text
    assert "/plans/new" in seen.links()


def test_billing_now_says_when_nothing_is_due(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.submit(f"/subscriptions/{subscription.id}/bill")
    assert seen.status == 409
    assert "Nothing is due today" in seen.alerts()


def test_billing_now_leads_to_the_new_invoice(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        subscription = create_subscription()
    seen = admin.follow(admin.submit(f"/subscriptions/{subscription.id}/bill"))
    assert seen.title.startswith("INV-")


def test_dates_are_for_people_with_the_iso_date_behind(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.get(f"/subscriptions/{subscription.id}")
    start: date = subscription.start_date
    assert f'<time datetime="{start}" title="{start}">' in seen.html


def test_an_unknown_subscription_is_not_found(admin: PageClient) -> None:
    for path in ("", "/change", "/cancel", "/keep", "/bill"):
        assert admin.get(f"/subscriptions/sub_x{path}").status == 404
    assert admin.get("/subscriptions/new?customer_id=cus_x").status == 404
