"""The audit trail: one event for each write, in the write's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import update_subscription
from billing.customers.inputs import CustomerInput, as_input
from billing.customers.models import Customer
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.errors import StaleRevision
from billing.events import journal
from billing.events.models import COLLECTION
from billing.events.queries import EventNotFound, get_event, list_events
from billing.events.views import event_view
from billing.inputs import merge
from billing.invoices import bill_events
from billing.invoices.delete_customer import delete_customer
from billing.invoices.finalize import finalize_invoice
from billing.invoices.inputs import GenerateInvoice, PayInvoice
from billing.invoices.inputs import as_input as invoice_input
from billing.invoices.one_off import update_invoice
from billing.invoices.send_invoice import send_invoice
from billing.invoices.subscribe import generate_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.plans.inputs import as_input as plan_input
from billing.plans.save_plan import archive_plan, update_plan
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.inputs import as_input as change_input
from billing.transactions import in_transaction
from billing.users.inputs import ChangePassword
from billing.users.inputs import as_input as user_input
from billing.users.save_user import change_password, end_sessions, update_user
from tests.factories import (
    PASSWORD,
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_user,
)

PERIOD_END, NOW = CancelSubscription(), CancelSubscription(when="now")


def due_subscription() -> str:
    """A subscription of which the second period is due."""
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        return str(create_subscription().id)


def cancelled_at_period_end() -> str:
    subscription = create_subscription()
    cancel_subscription(subscription.id, PERIOD_END)
    return str(subscription.id)


Write = Callable[[Any], Any]
# What is prepared, what is written, and the events of that write.
WRITES: dict[str, tuple[Callable[[], Any], Write, list[str]]] = {
    "create_customer": (lambda: None, lambda _: create_customer(), ["customer.created"]),
    "update_customer": (
        create_customer,
        lambda c: update_customer(c.id, merge(CustomerInput, as_input(c), {"name": "New"})),
        ["customer.updated"],
    ),
    "delete_customer": (create_customer, lambda c: delete_customer(c.id), ["customer.deleted"]),
    "create_plan": (lambda: None, lambda _: create_plan(), ["plan.created"]),
    "update_plan": (
        create_plan,
        lambda p: update_plan(p.id, plan_input(p).model_copy(update={"price": 1})),
        ["plan.updated"],
    ),
    "archive_plan": (create_plan, lambda p: archive_plan(p.id), ["plan.archived"]),
    "create_subscription": (
        lambda: (create_customer(), create_plan()),
        lambda made: create_subscription(customer=made[0], plan=made[1]),
        ["invoice.finalized", "subscription.created", "subscription.renewed"],
    ),
    "generate_invoice": (
        due_subscription,
        lambda s: generate_invoice(GenerateInvoice(subscription_id=s)),
        [*["invoice.finalized"] * 10, "subscription.renewed"],
    ),
    "update_subscription": (
        create_subscription,
        lambda s: update_subscription(s.id, change_input(s).model_copy(update={"quantity": 2})),
        ["subscription.updated"],
    ),
    "cancel_now": (
        create_subscription,
        lambda s: cancel_subscription(s.id, NOW),
        ["subscription.cancelled"],
    ),
    "cancel_at_period_end": (
        create_subscription,
        lambda s: cancel_subscription(s.id, PERIOD_END),
        ["subscription.cancellation_scheduled"],
    ),
    "keep_subscription": (
        cancelled_at_period_end,
        keep_subscription,
        ["subscription.cancellation_revoked"],
    ),
    "create_invoice": (
        create_customer,
        lambda c: create_invoice(customer=c),
        ["invoice.created", "invoice.finalized"],
    ),
    "create_draft": (
        create_customer,
        lambda c: create_invoice(customer=c, draft=True),
        ["invoice.created"],
    ),
    "update_invoice": (
        lambda: create_invoice(draft=True),
        lambda i: update_invoice(i.id, invoice_input(i).model_copy(update={"notes": "x"})),
        ["invoice.updated"],
    ),
    "finalize_invoice": (
        lambda: create_invoice(draft=True),
        lambda i: finalize_invoice(i.id),
        ["invoice.finalized"],
    ),
    "pay_invoice": (
        create_invoice,
        lambda i: pay_invoice(i.id),
        ["invoice.paid", "payment.succeeded"],
    ),
    "pay_a_part": (
        create_invoice,
        lambda i: pay_invoice(i.id, PayInvoice(amount=1)),
        ["invoice.payment_recorded", "payment.succeeded"],
    ),
    "send_invoice": (create_invoice, lambda i: send_invoice(i.id), ["invoice.sent"]),
    "void_invoice": (create_invoice, lambda i: void_invoice(i.id), ["invoice.voided"]),
    "mark_uncollectible": (
        create_invoice,
        lambda i: mark_uncollectible(i.id),
        ["invoice.marked_uncollectible"],
    ),
    "create_user": (lambda: None, lambda _: create_user(), ["user.created"]),
    "update_user": (
        create_user,
        lambda u: update_user(u.id, user_input(u).model_copy(update={"name": "New"})),
        ["user.updated"],
    ),
    "change_password": (
        create_user,
        lambda u: change_password(
            u.id, ChangePassword(current_password=PASSWORD, new_password="another good one")
        ),
        ["user.password_changed"],
    ),
    "end_sessions": (
        create_user,
        lambda u: end_sessions(u.id),
        ["user.signed_out_everywhere"],
    ),
}


def everything(db: Database[Row]) -> dict[str, list[Row]]:
    return {name: list(db[name].find().sort("_id")) for name in db.list_collection_names()}


@pytest.fixture
def day(db: Database[Row]) -> Any:
    """A day on which ten periods of a subscription of January are due."""
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        yield db


@pytest.mark.parametrize("name", list(WRITES))
def test_each_write_leaves_its_events(day: Database[Row], name: str) -> None:
    prepare, write, expected = WRITES[name]
    prepared = prepare()
    before = day[COLLECTION].count_documents({})
    write(prepared)
    events = list(day[COLLECTION].find().sort("_id").skip(before))
    assert sorted(event["type"] for event in events) == sorted(expected)
    for event in events:
        collection = {"payment": "payments"}.get(event["object_type"], f"{event['object_type']}s")
        assert day[collection].count_documents({"_id": event["object_id"]}) == 1


@pytest.mark.parametrize("name", list(WRITES))
def test_a_write_that_fails_at_its_end_leaves_neither_change_nor_event(
    day: Database[Row], name: str
) -> None:
    class PowerCut(Exception):
        pass

    prepare, write, _ = WRITES[name]
    prepared = prepare()
    before = everything(day)

    def fail_after() -> None:
        write(prepared)
        assert day[COLLECTION].count_documents({"_id": {"$gt": ""}}) > len(before[COLLECTION])
        raise PowerCut

    with pytest.raises(PowerCut):
        in_transaction(fail_after)
    assert everything(day) == before


@pytest.mark.parametrize("name", sorted(set(WRITES) - {"create_subscription", "generate_invoice"}))
def test_a_write_whose_event_fails_leaves_no_change(
    day: Database[Row], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EventLost(Exception):
        pass

    def lose(*_: Any, **__: Any) -> Row:
        raise EventLost

    prepare, write, _ = WRITES[name]
    prepared = prepare()
    before = everything(day)
    monkeypatch.setattr(journal, "event_row", lose)
    monkeypatch.setattr(bill_events, "event_row", lose)
    with pytest.raises(EventLost):
        write(prepared)
    assert everything(day) == before


def test_an_event_tells_who_did_what_and_from_where(db: Database[Row]) -> None:
    customer = create_customer(name="Old")
    ann = Actor(type="user", id="usr_1", name="Ann", request_id="req-7", ip="192.0.2.7")
    with acting_as(ann), clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        update_customer(
            customer.id, merge(CustomerInput, as_input(customer), {"name": "New", "phone": "1"})
        )
    (row,) = list_events(object_id=customer.id, type="customer.updated").items
    assert event_view(row) == {
        "id": row["_id"],
        "object": "event",
        "seq": None,
        "type": "customer.updated",
        "object_id": customer.id,
        "object_type": "customer",
        "customer_id": customer.id,
        "actor": {"type": "user", "id": "usr_1", "name": "Ann", "client_id": None},
        "changes": {"name": ["Old", "New"], "phone": [None, "1"]},
        "reason": None,
        "request_id": "req-7",
        "ip": "192.0.2.7",
        "created_at": "2026-11-23T12:00:00.000Z",
    }


def test_without_a_person_it_was_the_system(db: Database[Row]) -> None:
    customer = create_customer()
    (event,) = list_events(object_id=customer.id).items
    assert event["actor"] == {"type": "system", "id": "", "name": "Duebill"}


def test_a_run_gives_itself_as_the_reason(db: Database[Row]) -> None:
    subscription_id = due_subscription()
    with clock.frozen(datetime(2026, 2, 1, tzinfo=UTC)):
        run = run_billing()
    reasons = {e.get("reason") for e in list_events(type="invoice.finalized").items}
    assert reasons == {None, f"Billing run {run.id}"}
    renewed = list_events(object_id=subscription_id, type="subscription.renewed").items[0]
    assert renewed["changes"]["next_billing_date"] == ["2026-02-01", "2026-03-01"]
    types = [event["type"] for event in list_events(object_id=run.id).items]
    assert sorted(types) == ["billing_run.completed", "billing_run.started"]


def test_a_password_is_named_and_never_shown(db: Database[Row]) -> None:
    user = create_user()
    change_password(
        user.id, ChangePassword(current_password=PASSWORD, new_password="another good one")
    )
    (event,) = list_events(type="user.password_changed").items
    assert event["changes"]["password_hash"] == ["(hidden)", "(hidden)"]


def test_events_filter_by_all_they_are_asked_by(db: Database[Row]) -> None:
    with acting_as(Actor(type="user", id="usr_1", name="Ann")):
        invoice = create_invoice()
    create_customer()
    ids = lambda page: {row["_id"] for row in page.items}  # noqa: E731
    assert len(ids(list_events())) == 4
    assert len(ids(list_events(customer_id=invoice.customer_id))) == 3
    assert len(ids(list_events(object_id=invoice.id))) == 2
    assert len(ids(list_events(actor_id="usr_1"))) == 3
    assert len(ids(list_events(actor_id="usr_1", type="customer.created"))) == 1


def test_a_customers_own_user_sees_only_its_own_events(db: Database[Row]) -> None:
    own, other = create_customer(), create_customer()
    foreign = list_events(customer_id=other.id).items[0]
    with acting_as(Actor(type="user", role="customer", customer_id=own.id)):
        assert {event["object_id"] for event in list_events().items} == {own.id}
        assert list_events(customer_id=other.id).items == []
        assert list_events(object_id=other.id).items == []
        with pytest.raises(EventNotFound):
            get_event(foreign["_id"])
        own_event = list_events().items[0]
        assert get_event(own_event["_id"])["object_id"] == own.id


def test_an_event_that_is_not_there_is_not_found(db: Database[Row]) -> None:
    with pytest.raises(EventNotFound):
        get_event("evt_01JD0000000000000000000000")


def test_two_who_loaded_the_same_document_cannot_both_store_it(db: Database[Row]) -> None:
    customer = create_customer(name="Old")
    first, second = (Customer.objects.get(id=customer.id) for _ in range(2))
    first.name, second.name = "First", "Second"
    in_transaction(lambda: journal.update(first, "customer.updated"))
    with pytest.raises(StaleRevision):
        in_transaction(lambda: journal.update(second, "customer.updated"))
    assert Customer.objects.get(id=customer.id).name == "First"
    assert len(list_events(type="customer.updated").items) == 1
