"""Customers: created, changed, never forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.changes.cancel import cancel_subscription
from billing.customers.errors import (
    CustomerDeleted,
    CustomerHasLiveSubscriptions,
    CustomerHasUnpaidInvoices,
    CustomerNotFound,
    ExternalIdTaken,
)
from billing.customers.inputs import CustomerInput, as_input
from billing.customers.queries import (
    customer_names,
    find_customer,
    get_customer,
    get_customer_row,
    list_customers,
)
from billing.customers.save_customer import update_customer
from billing.customers.views import customer_view
from billing.database import Database, Row
from billing.errors import BillingError, StaleRevision
from billing.inputs import merge, parse
from billing.invoices.delete_customer import delete_customer
from billing.invoices.queries import get_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.subscriptions.inputs import CancelSubscription
from tests.factories import (
    create_customer,
    create_invoice,
    create_subscription,
    customer_values,
)

FULL = {
    "name": "Acme GmbH",
    "email": "ann@acme.com",
    "phone": "+49 30 1234",
    "address": {"line1": "Weg 1", "city": "Berlin", "country": "DE"},
    "billing_address": {"line1": "Postfach 2", "postal_code": "10115", "country": "DE"},
    "preferences": {
        "currency": "EUR",
        "locale": "de",
        "timezone": "Europe/Berlin",
        "payment_terms_days": 30,
        "invoice_delivery": "none",
    },
    "status": "suspended",
    "tax_exempt": "reverse",
    "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
    "external_id": "crm-17",
    "metadata": {"segment": "b.2-b", "v1.2": "dotted"},
}


def test_a_stranger_is_not_found(db: Database[Row]) -> None:
    for get in (get_customer, get_customer_row, delete_customer):
        with pytest.raises(CustomerNotFound):
            get("cus_01JD0000000000000000000000")
    assert find_customer("cus_01JD0000000000000000000000") is None


def test_a_customers_own_user_sees_nobody_else(db: Database[Row]) -> None:
    own, other = create_customer(), create_customer()
    with acting_as(Actor(type="user", role="customer", customer_id=own.id)):
        assert get_customer(own.id).name == own.name
        assert get_customer_row(own.id)["name"] == own.name
        for get in (get_customer, get_customer_row):
            with pytest.raises(CustomerNotFound):
                get(other.id)


def test_a_customers_user_without_a_customer_sees_nothing_at_all(db: Database[Row]) -> None:
    with acting_as(Actor(type="user", role="customer")), pytest.raises(BillingError):
        list_customers()


def test_everything_said_of_a_customer_is_kept(db: Database[Row]) -> None:
    customer = create_customer(**FULL)
    view = customer_view(get_customer_row(customer.id))
    blank = dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"))
    for name, value in FULL.items():
        expected = {**blank, **value} if "address" in name else value
        assert view[name] == expected
    assert view["credit_balance"] == 0
    assert view["deleted_at"] is None
    assert get_customer(customer.id).revision == 1


def test_a_customer_begins_with_sensible_preferences(db: Database[Row]) -> None:
    preferences = customer_view(create_customer().row())["preferences"]
    assert preferences == {
        "currency": "USD",
        "locale": "en",
        "timezone": "UTC",
        "payment_terms_days": 14,
        "invoice_delivery": "email",
    }


def test_replacing_a_customer_leaves_nothing_of_the_old(db: Database[Row]) -> None:
    customer = create_customer(**FULL)
    data = parse(CustomerInput, {"name": "Zeta", "email": "z@example.com"})
    changed = update_customer(customer.id, data, expected_revision=1)
    view = customer_view(get_customer_row(customer.id))
    assert changed.revision == 2
    assert (view["phone"], view["address"], view["external_id"]) == (None, None, None)
    assert (view["tax_ids"], view["metadata"], view["status"]) == ([], {}, "active")
    assert list_customers(q="acme").items == []
    assert list_customers(q="zeta").total == 1


def test_a_customer_read_as_input_is_the_customer(db: Database[Row]) -> None:
    customer = create_customer(**FULL)
    assert as_input(get_customer(customer.id)) == parse(CustomerInput, FULL)
    patched = merge(CustomerInput, as_input(customer), {"phone": None, "status": "active"})
    update_customer(customer.id, patched)
    row = get_customer_row(customer.id)
    assert "phone" not in row
    assert row["status"] == "active"
    assert row["external_id"] == "crm-17"


def test_an_old_revision_changes_nothing(db: Database[Row]) -> None:
    customer = create_customer()
    update_customer(customer.id, as_input(customer), expected_revision=1)
    before = get_customer_row(customer.id)
    for revision in (1, 3):
        with pytest.raises(StaleRevision):
            update_customer(customer.id, as_input(customer), expected_revision=revision)
        with pytest.raises(StaleRevision):
            delete_customer(customer.id, expected_revision=revision)
    assert get_customer_row(customer.id) == before


def test_an_external_id_belongs_to_one_customer(db: Database[Row]) -> None:
    create_customer(external_id="crm-1")
    other = create_customer(external_id="crm-2")
    create_customer()
    create_customer()  # any number may have none
    with pytest.raises(ExternalIdTaken) as refusal:
        create_customer(external_id="crm-1")
    assert refusal.value.field == "external_id"
    assert "crm-1" in refusal.value.message
    with pytest.raises(ExternalIdTaken):
        update_customer(
            other.id, parse(CustomerInput, customer_values(external_id="crm-1")), other.revision
        )
    assert db.customers.count_documents({}) == 4
    assert get_customer(other.id).external_id == "crm-2"
    assert db.events.count_documents({}) == 4


def test_a_customer_who_is_served_cannot_be_deleted(db: Database[Row]) -> None:
    subscription = create_subscription()
    with pytest.raises(CustomerHasLiveSubscriptions):
        delete_customer(subscription.customer_id)
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    with pytest.raises(CustomerHasUnpaidInvoices):
        delete_customer(subscription.customer_id)


def test_a_customer_billed_on_cancelling_cannot_be_deleted(db: Database[Row]) -> None:
    start = clock.today() - timedelta(days=3)
    with clock.frozen(clock.now() - timedelta(days=5)):
        subscription = create_subscription(start_date=start.isoformat())
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    with pytest.raises(CustomerHasUnpaidInvoices):
        delete_customer(subscription.customer_id)


def test_a_customer_who_owes_cannot_be_deleted(db: Database[Row]) -> None:
    customer = create_customer()
    draft = create_invoice(customer=customer, draft=True)
    with pytest.raises(CustomerHasUnpaidInvoices):
        delete_customer(customer.id)
    db.invoices.delete_one({"_id": draft.id})
    for settle in (void_invoice, pay_invoice, mark_uncollectible):
        invoice = create_invoice(customer=customer)
        with pytest.raises(CustomerHasUnpaidInvoices):
            delete_customer(customer.id)
        settle(invoice.id)
    assert delete_customer(customer.id).is_deleted


def test_a_deleted_customer_leaves_the_lists_and_stays_readable(db: Database[Row]) -> None:
    customer = create_customer(name="Gone Ltd")
    deleted = delete_customer(customer.id, expected_revision=1)
    assert deleted.revision == 2
    assert list_customers().items == []
    assert list_customers(q="gone").items == []
    assert list_customers(include_deleted=True).total == 1
    view = customer_view(get_customer_row(customer.id))
    assert view["deleted_at"] >= view["created_at"]
    assert customer_names([customer.id]) == {customer.id: "Gone Ltd"}


def test_a_deleted_customer_can_no_longer_change_or_buy(db: Database[Row]) -> None:
    customer = create_customer()
    delete_customer(customer.id)
    with pytest.raises(CustomerDeleted):
        update_customer(customer.id, as_input(customer))
    with pytest.raises(CustomerDeleted):
        delete_customer(customer.id)
    with pytest.raises(CustomerDeleted):
        create_subscription(customer=customer)
    with pytest.raises(CustomerDeleted):
        create_invoice(customer=customer)
    assert db.invoices.count_documents({}) == db.subscriptions.count_documents({}) == 0


def test_issued_invoices_keep_what_they_say_of_a_customer(db: Database[Row]) -> None:
    customer = create_customer(**{**FULL, "status": "active"})
    invoice = create_invoice(customer=customer)
    update_customer(customer.id, parse(CustomerInput, customer_values(name="Renamed")))
    kept = get_invoice(invoice.id).customer
    assert kept["name"] == "Acme GmbH"
    assert kept["address"]["line1"] == "Postfach 2"
    assert kept["tax_ids"] == [{"type": "eu_vat", "value": "DE123456789"}]


def test_lists_filter_and_sort(db: Database[Row]) -> None:
    start = clock.now()
    with clock.frozen(start):
        beta = create_customer(name="beta", email="same@example.com", external_id="b")
    with clock.frozen(start + timedelta(seconds=5)):
        alpha = create_customer(name="Alpha", email="same@example.com", status="suspended")
    ids = lambda page: [row["_id"] for row in page.items]  # noqa: E731
    assert ids(list_customers()) == [alpha.id, beta.id]
    assert ids(list_customers(sort="name")) == [alpha.id, beta.id]
    assert ids(list_customers(sort="-name")) == [beta.id, alpha.id]
    assert ids(list_customers(sort="created_at")) == [beta.id, alpha.id]
    assert ids(list_customers(status="suspended")) == [alpha.id]
    assert ids(list_customers(email="same@example.com")) == [alpha.id, beta.id]
    assert ids(list_customers(external_id="b")) == [beta.id]
    middle = start + timedelta(seconds=5)
    assert ids(list_customers(created_from=middle)) == [alpha.id]
    assert ids(list_customers(created_before=middle)) == [beta.id]
    assert ids(list_customers(created_from=start, created_before=middle)) == [beta.id]
