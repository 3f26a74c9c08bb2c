"""Subscribing: whoever starts is billed for each period that has begun."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.customers.errors import CustomerNotFound
from billing.database import Database, Row
from billing.errors import Invalid
from billing.inputs import parse
from billing.invoices.errors import SubscriptionNotBillable
from billing.invoices.subscribe import create_subscription as save_subscription
from billing.plans.errors import PlanNotFound
from billing.subscriptions.errors import PriceNotWhole, StartTooLongAgo, SubscriptionNotFound
from billing.subscriptions.inputs import SubscriptionInput, as_input
from billing.subscriptions.queries import get_subscription, list_subscriptions
from billing.subscriptions.views import subscription_view
from tests.factories import create_customer, create_plan, create_subscription

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def billed(db: Database[Row], subscription_id: str) -> list[tuple[str, str, int]]:
    """What was billed: start, end and total of each period, oldest invoice first."""
    rows = db.invoices.find({"subscription_id": subscription_id}).sort("number")
    return [(row["period_start"], row["period_end"], row["total"]) for row in rows]


def test_what_is_not_there_cannot_be_subscribed(db: Database[Row]) -> None:
    customer, plan = create_customer().id, create_plan().id
    data = {"customer_id": "cus_01JD0000000000000000000000", "plan_id": plan}
    with pytest.raises(CustomerNotFound):
        save_subscription(parse(SubscriptionInput, data))
    data = {"customer_id": customer, "plan_id": "plan_01JD0000000000000000000000"}
    with pytest.raises(PlanNotFound):
        save_subscription(parse(SubscriptionInput, data))
    with pytest.raises(SubscriptionNotFound):
        get_subscription("sub_01JD0000000000000000000000")


def test_a_customers_own_user_sees_only_its_own(db: Database[Row]) -> None:
    own, other = create_subscription(), create_subscription()
    with acting_as(Actor(type="user", role="customer", customer_id=own.customer_id)):
        assert get_subscription(own.id).id == own.id
        with pytest.raises(SubscriptionNotFound):
            get_subscription(other.id)
        assert [row["_id"] for row in list_subscriptions().items] == [own.id]
        assert list_subscriptions(customer_id=other.customer_id).items == []
        assert list_subscriptions(q=other.id).items == []


def test_a_start_today_bills_the_first_period_at_once(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        subscription = create_subscription()
    view = subscription_view(subscription.row(), None)
    assert view["start_date"] == view["billing_anchor"] == "2026-03-31"
    assert view["current_period_start"] == "2026-03-31"
    assert view["current_period_end"] == view["next_billing_date"] == "2026-04-30"
    assert (view["status"], view["end_date"], view["plan_version"]) == ("active", None, 1)
    assert billed(db, subscription.id) == [("2026-03-31", "2026-04-30", 4900)]


def test_today_is_the_customers_own(db: Database[Row]) -> None:
    with clock.frozen(datetime(2026, 3, 31, 11, tzinfo=UTC)):
        for zone, day in [
            ("Pacific/Kiritimati", "2026-04-01"),
            ("Pacific/Pago_Pago", "2026-03-31"),
        ]:
            customer = create_customer(preferences={"timezone": zone})
            assert create_subscription(customer=customer).start_date.isoformat() == day


def test_a_start_in_the_past_bills_every_period_since_one_invoice_each(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        subscription = create_subscription(start_date="2025-12-31")
    assert billed(db, subscription.id) == [
        ("2025-12-31", "2026-01-31", 4900),
        ("2026-01-31", "2026-02-28", 4900),
        ("2026-02-28", "2026-03-31", 4900),
        ("2026-03-31", "2026-04-30", 4900),
    ]
    assert subscription.next_billing_date == date(2026, 4, 30)
    numbers = [row["number"] for row in db.invoices.find().sort("number")]
    assert numbers == [f"INV-2026-{n:06d}" for n in range(1, 5)]
    assert {row["issue_date"] for row in db.invoices.find()} == {"2026-03-31"}


def test_a_start_in_the_future_bills_nothing_yet(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        subscription = create_subscription(start_date="2026-04-01")
    assert subscription.status == "active"
    assert subscription.next_billing_date == date(2026, 4, 1)
    assert subscription.current_period_start is None
    assert db.invoices.count_documents({}) == 0


def test_200_elapsed_periods_are_billed_and_no_more(db: Database[Row]) -> None:
    plan = create_plan(billing_cycle="daily", price=1)
    with clock.frozen(NOON):
        subscription = create_subscription(plan=plan, start_date="2025-09-13")
        assert len(billed(db, subscription.id)) == 200
        with pytest.raises(StartTooLongAgo) as refusal:
            create_subscription(plan=plan, start_date="2025-09-12")
    assert refusal.value.field == "start_date"
    assert "201 periods" in refusal.value.message
    assert db.subscriptions.count_documents({}) == 1
    assert db.invoices.count_documents({}) == 200


@pytest.mark.parametrize(
    ("plan", "subscription", "unit_amount", "total"),
    [
        ({}, {}, 4900, 4900),
        ({}, {"quantity": 3}, 4900, 4900),
        ({"pricing_model": "per_unit"}, {"quantity": 3}, 4900, 14700),
        ({"pricing_model": "per_unit", "price": "0.5"}, {"quantity": 3}, "0.5", 2),
        ({}, {"price": 2985}, 2985, 2985),
        ({"pricing_model": "per_unit"}, {"price": "33.35", "quantity": 10}, "33.35", 334),
        ({}, {"price": 0}, 0, 0),
    ],
)
def test_the_bill_is_price_times_quantity_and_a_negotiated_price_counts(
    db: Database[Row],
    plan: dict[str, Any],
    subscription: dict[str, Any],
    unit_amount: Any,
    total: int,
) -> None:
    create_subscription(plan=create_plan(**plan), **subscription)
    invoice = db.invoices.find_one({})
    assert invoice
    (line,) = invoice["line_items"]
    assert (line["unit_amount"], line["amount"], invoice["total"]) == (unit_amount, total, total)
    assert line["quantity"] == subscription.get("quantity", 1)
    source = "subscription" if "price" in subscription else "plan"
    assert line["explanation"]["price_source"] == source
    assert line["explanation"]["plan_version"] == 1
    assert line["explanation"]["days"] in {28, 29, 30, 31}


def test_a_flat_plan_takes_no_negotiated_fraction(db: Database[Row]) -> None:
    with pytest.raises(PriceNotWhole) as refusal:
        create_subscription(price="0.5")
    assert refusal.value.field == "price"


def test_a_bill_larger_than_can_be_borne_is_refused_when_it_is_agreed(db: Database[Row]) -> None:
    plan = create_plan(price=10**12, pricing_model="per_unit")
    with pytest.raises(Invalid) as refusal:
        create_subscription(plan=plan, quantity=2, start_date="2999-12-31")
    assert refusal.value.field == "quantity"
    assert db.subscriptions.count_documents({}) == 0


def test_a_suspended_customer_is_not_billed_and_so_cannot_start(db: Database[Row]) -> None:
    with pytest.raises(SubscriptionNotBillable, match="suspended"):
        create_subscription(customer=create_customer(status="suspended"))
    assert (
        db.subscriptions.count_documents({})
        == db.events.count_documents({"object_type": "subscription"})
        == 0
    )


def test_a_subscription_read_as_input_changes_nothing(db: Database[Row]) -> None:
    plan = create_plan(pricing_model="per_unit")
    subscription = create_subscription(plan=plan, quantity=2, price="1.5", metadata={"a": "b"})
    same = as_input(subscription)
    assert (same.plan_id, same.quantity, same.price) == (plan.id, 2, "1.5")
    assert same.metadata == {"a": "b"}


def test_lists_filter_and_sort(db: Database[Row]) -> None:
    with clock.frozen(NOON):
        later = create_subscription(start_date="2026-06-01")
        sooner = create_subscription(start_date="2026-05-01")
    db.subscriptions.update_one({"_id": later.id}, {"$set": {"status": "past_due"}})
    ids = lambda page: [row["_id"] for row in page.items]  # noqa: E731
    assert ids(list_subscriptions()) == [sooner.id, later.id]
    assert ids(list_subscriptions(sort="next_billing_date")) == [sooner.id, later.id]
    assert ids(list_subscriptions(status="past_due")) == [later.id]
    assert ids(list_subscriptions(plan_id=sooner.plan_id)) == [sooner.id]
    assert ids(list_subscriptions(customer_id=later.customer_id)) == [later.id]
    assert ids(list_subscriptions(customer_id=later.customer_id, status="active")) == []
