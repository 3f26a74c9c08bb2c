"""An object as it was at an instant, told by its events; and what they cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing import clock, sealing
from billing.changes.change import update_subscription
from billing.customers.inputs import as_input
from billing.customers.queries import get_customer
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.events.as_of import ObjectNotKnown, object_as_of
from billing.inputs import merge
from billing.invoices.inputs import PayInvoice
from billing.payments.pay_invoice import pay_invoice
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import SubscriptionChange
from billing.subscriptions.inputs import as_input as as_change
from billing.webhooks.save_endpoint import delete_endpoint
from tests.factories import (
    create_customer,
    create_invoice,
    create_subscription,
    create_user,
    create_webhook_endpoint,
)

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def rename(customer_id: str, name: str, at: datetime) -> None:
    with clock.frozen(at):
        customer = get_customer(customer_id)
        update_customer(customer_id, as_input(customer).model_copy(update={"name": name}))


def test_each_instant_has_the_values_of_then(db: Database[Row]) -> None:
    with clock.frozen(START):
        customer = create_customer(name="One")
    rename(customer.id, "Two", day(1))
    rename(customer.id, "Three", day(2))
    names = [object_as_of(customer.id, day(n)).state for n in (0.5, 1, 1.5, 2, 9)]
    assert [state and state["name"] for state in names] == ["One", "Two", "Two", "Three", "Three"]
    past = object_as_of(customer.id, day(0.5))
    assert not past.uncertain
    assert not past.log_is_younger
    assert object_as_of(customer.id, day(-1)).state is None


def test_the_whole_state_is_that_which_was_stored_then(db: Database[Row]) -> None:
    with clock.frozen(START):
        subscription = create_subscription()
    then = db.subscriptions.find_one({"_id": subscription.id})
    assert then is not None
    with clock.frozen(day(10)):
        more = {"quantity": 4, "effective": "period_end"}
        update_subscription(
            subscription.id, merge(SubscriptionChange, as_change(subscription), more)
        )
    with clock.frozen(day(70)):
        run_billing()
    past = object_as_of(subscription.id, day(1))
    assert past.state is not None
    assert not past.uncertain
    for name, value in past.state.items():
        if not isinstance(then[name], datetime):
            assert value == then[name], name
    assert past.state["quantity"] == 1
    assert object_as_of(subscription.id, day(80)).state["quantity"] == 4  # type: ignore[index]


def test_an_invoice_before_it_was_paid(db: Database[Row]) -> None:
    with clock.frozen(START):
        invoice = create_invoice()
    with clock.frozen(day(3)):
        pay_invoice(invoice.id, PayInvoice())
    before, after = (object_as_of(invoice.id, day(n)).state for n in (1, 4))
    assert before is not None
    assert after is not None
    assert (before["status"], before["amount_due"]) == ("open", invoice.amount_due)
    assert (after["status"], after["amount_paid"]) == ("paid", invoice.amount_due)


def test_what_changed_without_an_event_is_told_to_be_uncertain(db: Database[Row]) -> None:
    with clock.frozen(START):
        customer = create_customer(name="One")
    rename(customer.id, "Two", day(1))
    db.customers.update_one({"_id": customer.id}, {"$set": {"name": "By hand"}})
    past = object_as_of(customer.id, day(0.5))
    assert past.uncertain == {"name"}
    assert past.state is not None
    assert past.state["name"] == "One"


def test_a_log_that_begins_later_than_the_object_is_told(db: Database[Row]) -> None:
    with clock.frozen(START):
        customer = create_customer(name="One")
    db.events.delete_many({"object_id": customer.id})
    assert object_as_of(customer.id, day(1)).log_began_at is None
    rename(customer.id, "Two", day(5))
    past = object_as_of(customer.id, day(1))
    assert past.log_is_younger
    assert past.is_before_log
    assert past.log_began_at == day(5)
    assert past.state is not None
    assert past.state["name"] == "One"
    assert not object_as_of(customer.id, day(6)).is_before_log


def test_what_is_gone_is_put_together_from_its_events(db: Database[Row]) -> None:
    sealing.use_secret("kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe")
    with clock.frozen(START):
        endpoint = create_webhook_endpoint(description="Bookkeeping")
    with clock.frozen(day(3)):
        delete_endpoint(endpoint.id)
    db.webhook_endpoints.delete_many({})
    past = object_as_of(endpoint.id, day(1))
    assert past.is_gone
    assert past.state is not None
    assert past.state["description"] == "Bookkeeping"
    assert object_as_of(endpoint.id, day(4)).state is None
    with pytest.raises(ObjectNotKnown):
        object_as_of("cus_unknown", START)


def test_secrets_are_never_shown(db: Database[Row]) -> None:
    user = create_user()
    state = object_as_of(user.id, clock.now() + timedelta(days=1)).state
    assert state is not None
    assert state["password_hash"] == "(hidden)"
    assert user.password_hash not in str(state)
