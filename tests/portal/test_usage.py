"""Meters, usage and entitlements in the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing import clock
from billing.changes.change import update_subscription
from billing.customers.models import Customer
from billing.database import database
from billing.inputs import merge
from billing.subscriptions.inputs import SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.usage.models import Meter
from billing.usage.queries import get_meter, list_meters
from tests.factories import (
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_usage,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

TYPED = {"key": "api_calls", "name": "API calls", "aggregation": "sum", "unit": "calls"}


@pytest.fixture
def customer(db: object) -> Customer:
    """On a plan with a measured limit, one that is not measured, one without end, and features."""
    features = [
        {"key": "api", "name": "API access"},
        {"key": "sso", "name": "Single sign-on", "enabled": False},
    ]
    limits = {"api_calls": 1000, "seats": 25, "projects": None}
    customer = create_customer(name="Acme")
    create_subscription(customer=customer, plan=create_plan(features=features, limits=limits))
    return customer


@pytest.fixture
def meter(db: object) -> Meter:
    return create_meter(**TYPED)


def of(customer: Customer) -> Subscription:
    found: Subscription = Subscription.objects(customer_id=customer.id).get()
    return found


def stored() -> int:
    return database().usage_events.count_documents({})


def test_the_first_meter_is_suggested_and_created(admin: PageClient) -> None:
    assert "No meters yet" in admin.get("/meters").text
    page = admin.follow(admin.submit("/meters/new", **TYPED))
    assert page.title == "API calls"
    assert "Sum: the values added up" in page.text
    (row,) = list_meters().items
    assert {name: row[name] for name in TYPED} == TYPED
    assert "API calls" in admin.get("/meters?q=api").text
    assert "Nothing matches" in admin.get("/meters?q=zzz").text


def test_what_is_wrong_with_a_meter_is_said_beside_it(admin: PageClient, meter: Meter) -> None:
    seen = admin.submit("/meters/new", **{**TYPED, "key": "API Calls", "name": ""})
    assert seen.status == 422
    assert seen.error_of("key")
    assert seen.error_of("name")
    taken = admin.submit("/meters/new", **TYPED)
    assert taken.error_of("key") == "There is a meter with the key api_calls already."
    assert list_meters().total == 1


def test_a_meter_is_edited_and_what_is_settled_cannot_be_chosen(
    admin: PageClient, meter: Meter
) -> None:
    path = f"/meters/{meter.id}/edit"
    admin.follow(admin.submit(path, name="Requests", aggregation="max", unit=""))
    meter = get_meter(meter.id)
    assert (meter.name, meter.aggregation, meter.unit) == ("Requests", "max", None)
    create_usage(meter=meter)
    page = admin.get(path)
    assert "Settled, since there are events" in page.text
    assert "Unique" not in page.text
    refused = admin.send(page, aggregation="sum")
    assert (refused.status, bool(refused.error_of("aggregation"))) == (422, True)
    assert get_meter(meter.id).aggregation == "max"


def test_two_who_edit_a_meter_do_not_overwrite_each_other(admin: PageClient, meter: Meter) -> None:
    page = admin.get(f"/meters/{meter.id}/edit")
    admin.follow(admin.submit(f"/meters/{meter.id}/edit", name="Theirs"))
    seen = admin.send(page, name="Mine")
    assert "Somebody changed this" in seen.alerts()
    assert get_meter(meter.id).name == "Theirs"


def test_a_meter_is_archived_after_asking(admin: PageClient, meter: Meter) -> None:
    page = admin.get(f"/meters/{meter.id}/archive")
    assert page.title == "Archive API calls?"
    shown = admin.follow(admin.send(page))
    assert "Archived" in shown.text
    again = admin.submit(f"/meters/{meter.id}/archive")
    assert (again.status, "archived already" in again.alerts()) == (409, True)


def test_a_meter_shows_its_recent_events(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    assert "None yet" in admin.get(f"/meters/{meter.id}").text
    for _ in range(11):
        create_usage(subscription=of(customer), meter=meter, value="1234.5")
    page = admin.get(f"/meters/{meter.id}")
    assert page.text.count("1,234.5") == 10
    assert "Acme" in page.text
    all_of_it = admin.get("/usage?meter=api_calls")
    assert "/usage?meter=api_calls" in page.links()
    assert all_of_it.text.count("1,234.5") == 11


def test_usage_is_filtered_by_the_address(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    assert "No usage yet" in admin.get("/usage").text
    create_usage(subscription=of(customer), meter=meter, idempotency_key="in-march")
    create_usage(meter=meter, idempotency_key="of-another")
    mine = admin.get(f"/usage?subscription_id={of(customer).id}")
    assert "in-march" in mine.text
    assert "of-another" not in mine.text
    assert "of-another" in admin.get("/usage").text
    late = admin.get(f"/usage?customer_id={customer.id}&late=yes")
    assert "Nothing matches" in late.text


def test_late_usage_says_so(admin: PageClient, meter: Meter) -> None:
    start = datetime.now(UTC) - timedelta(days=40)
    subscription = create_subscription(start_date=start.date())
    create_usage(subscription=subscription, meter=meter, occurred_at=start)
    text = admin.get("/usage?late=yes").text
    assert text.count("Late") == 3  # the tab, and the event on wide and on narrow screens
    assert "/usage?late=yes" in admin.get("/usage").links()


def test_usage_is_recorded_by_hand_once_however_often_it_is_sent(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    subscription = of(customer)
    page = admin.get(f"/subscriptions/{subscription.id}/usage/new")
    first = admin.send(page, value="12.5")
    second = admin.send(page, value="12.5")
    assert first.to == second.to == f"/subscriptions/{subscription.id}"
    assert stored() == 1
    shown = admin.get(first.to)
    assert shown.html.count("Recorded.") == 1
    assert "Usage so far" in shown.text
    assert "12.5" in shown.text
    row = database().usage_events.find_one()
    assert row is not None
    assert row["actor"]["name"] == "Ada Admin"


def test_a_day_is_its_noon_where_the_customer_is(admin: PageClient, meter: Meter) -> None:
    east = create_customer(preferences={"timezone": "Pacific/Kiritimati"})
    day = clock.today("Pacific/Kiritimati") - timedelta(days=1)
    subscription = create_subscription(customer=east, start_date=day)
    path = f"/subscriptions/{subscription.id}/usage/new"
    admin.follow(admin.submit(path, value="1", occurred_at=day.isoformat()))
    row = database().usage_events.find_one()
    assert row is not None
    assert (row["day"], row["occurred_at"].hour) == (day.isoformat(), 22)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": "many"}, "value"),
        ({"value": ""}, "value"),
        ({"value": "1", "occurred_at": "2999-01-01"}, "occurred_at"),
        ({"value": "1", "occurred_at": "1999-01-01"}, "occurred_at"),
        ({"value": "1", "occurred_at": "yesterday"}, "occurred_at"),
        ({"value": "1", "meter": "words"}, "meter"),
    ],
)
def test_usage_that_cannot_be_is_refused_beside_its_field(
    admin: PageClient, meter: Meter, customer: Customer, typed: dict[str, str], field: str
) -> None:
    seen = admin.submit(f"/subscriptions/{of(customer).id}/usage/new", **typed)
    assert seen.status == 422
    assert seen.error_of(field)
    assert stored() == 0


def test_without_a_meter_there_is_nothing_to_record(admin: PageClient, customer: Customer) -> None:
    page = admin.get(f"/subscriptions/{of(customer).id}/usage/new")
    assert "no active meter" in page.text
    assert "/meters/new" in page.links()
    assert "Usage so far" not in admin.get(f"/subscriptions/{of(customer).id}").text


def test_a_subscription_says_that_nothing_was_used(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    assert "Nothing was used" in admin.get(f"/subscriptions/{of(customer).id}").text


def test_who_may_only_read_is_offered_nothing_else(
    viewer: PageClient, meter: Meter, customer: Customer
) -> None:
    page = viewer.get(f"/meters/{meter.id}")
    assert "Edit" not in page.text
    path = f"/subscriptions/{of(customer).id}"
    assert f"{path}/usage/new" not in viewer.get(path).links()
    assert viewer.get(f"{path}/usage/new").status == 403


def test_staff_see_what_a_customer_may_use(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    create_usage(subscription=of(customer), meter=meter, value=400)
    text = admin.get(f"/customers/{customer.id}").text
    assert "400 of 1,000 calls used, 600 left" in text
    assert "Up to 25" in text
    assert "Unlimited" in text
    assert "API access" in text
    assert "Single sign-on" in text
    assert "Used up" not in text
    create_usage(subscription=of(customer), meter=meter, value="600.5")
    text = admin.get(f"/customers/{customer.id}").text
    assert "1,000.5 of 1,000 calls used, none left" in text
    assert "Used up" in text


def test_people_read_from_when_usage_counts_since_a_change_of_its_prices(
    admin: PageClient, visiting_as: Visitor, meter: Meter, customer: Customer
) -> None:
    subscription = of(customer)
    pricing = {"pricing_model": "per_unit", "unit_amount": 2, "meter": meter.key}
    plan = create_plan(charges=[{"key": "calls", "name": "Calls", **pricing}])
    create_usage(subscription=subscription, meter=meter, value=250)
    data = merge(SubscriptionChange, as_input(subscription), {"plan_id": plan.id})
    with clock.frozen(clock.now() + timedelta(days=3)):
        update_subscription(subscription.id, data)
    told = "What was used before that is billed on the terms until then."
    assert told in admin.get(f"/subscriptions/{subscription.id}").text
    own = visiting_as("customer", customer_id=customer.id)
    assert told in own.get(f"/account/subscriptions/{subscription.id}").text


def test_a_customer_sees_its_own_usage_against_its_limits(
    visiting_as: Visitor, stranger: PageClient, meter: Meter, customer: Customer
) -> None:
    create_usage(subscription=of(customer), meter=meter, value=250)
    own = visiting_as("customer", customer_id=customer.id)
    page = own.get("/account")
    assert "250 of 1,000 calls used, 750 left" in page.text
    assert '<progress aria-label="API calls used" value="250" max="1000">' in page.html
    shown = own.get(f"/account/subscriptions/{of(customer).id}")
    assert "Usage so far" in shown.text
    assert not {link for link in shown.links() if link.startswith(("/meters", "/usage"))}
    assert "calls used" not in stranger.get("/account").text
    for path in ("/meters", "/usage", f"/subscriptions/{of(customer).id}/usage/new"):
        assert own.get(path).status == 404


def test_a_paused_subscription_is_not_in_force(
    admin: PageClient, meter: Meter, customer: Customer
) -> None:
    database().subscriptions.update_one({}, {"$set": {"status": "paused"}})
    assert "Not in force" in admin.get(f"/customers/{customer.id}").text
