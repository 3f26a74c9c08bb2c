"""Customers in the browser."""

from __future__ import annotations

from billing.customers.inputs import as_input
from billing.customers.queries import get_customer, list_customers
from billing.customers.save_customer import update_customer
from tests.factories import create_customer, create_invoice, create_subscription
from tests.portal.page_client import PageClient


def test_a_customer_is_added_with_all_that_was_typed(admin: PageClient) -> None:
    typed = {
        "name": " Acme ",
        "email": "billing@acme.example",
        "billing_address-city": "Berlin",
        "billing_address-country": "DE",
        "preferences-currency": "EUR",
        "preferences-timezone": "Europe/Berlin",
        "preferences-payment_terms_days": "30",
    }
    seen = admin.submit("/customers/new", **typed)
    page = admin.follow(seen)
    assert page.title == "Acme"
    assert "Acme was added." in page.text
    customer = get_customer(seen.to.rpartition("/")[2])
    assert (customer.billing_address.city, customer.billing_address.line1) == ("Berlin", None)
    assert customer.address is None
    assert customer.preferences.payment_terms_days == 30
    assert customer.preferences.currency == "EUR"


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    admin: PageClient,
) -> None:
    typed = {
        "name": "",
        "email": "nonsense",
        "phone": "123",
        "preferences-timezone": "Mars",
        "billing_address-country": "Germany",
    }
    seen = admin.submit("/customers/new", **typed)
    assert seen.status == 422
    assert seen.error_of("name") == "Name is required."
    assert "email" in seen.error_of("email").lower()
    assert "IANA time zone" in seen.error_of("preferences-timezone")
    assert seen.error_of("billing_address-country")
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_customers().total == 0


def test_markup_in_a_name_stays_text(admin: PageClient) -> None:
    name = '<script>alert(1)</script> & "Söhne"'
    customer = create_customer(name=name)
    assert admin.get(f"/customers/{customer.id}").title == name
    assert "<script>alert" not in admin.get("/customers").html


def test_rows_can_be_added_and_removed_without_saving(admin: PageClient) -> None:
    page = admin.get("/customers/new")
    grown = admin.send(page, name="Acme", rows="add:metadata")
    assert grown.status == 200
    assert "metadata-0-key" in grown.values()
    assert grown.values()["name"] == "Acme"
    filled = admin.send(grown, rows="add:metadata", **{"metadata-0-key": "a"})
    assert filled.values()["metadata-0-key"] == "a"
    shrunk = admin.send(filled, rows="remove:metadata:0")
    assert shrunk.values().get("metadata-0-key") is None
    assert list_customers().total == 0


def test_metadata_is_typed_in_rows(admin: PageClient) -> None:
    page = admin.send(admin.get("/customers/new"), rows="add:metadata")
    typed = {"name": "Acme", "email": "a@acme.example", "metadata-0-key": "segment"}
    seen = admin.send(page, **typed, **{"metadata-0-value": "small"})
    customer = get_customer(seen.to.rpartition("/")[2])
    assert dict(customer.metadata) == {"segment": "small"}


def test_the_same_name_twice_in_metadata_is_refused(admin: PageClient) -> None:
    page = admin.get("/customers/new")
    for _ in range(2):
        page = admin.send(page, rows="add:metadata")
    typed = {f"metadata-{i}-{part}": "same" for i in range(2) for part in ("key", "value")}
    seen = admin.send(page, name="Acme", email="a@acme.example", **typed)
    assert seen.status == 422
    assert "is there twice" in seen.html


def test_blank_optional_fields_are_emptied_by_an_edit(admin: PageClient) -> None:
    customer = create_customer(phone="123", metadata={"kept": "yes"})
    seen = admin.submit(f"/customers/{customer.id}/edit", phone="")
    assert admin.follow(seen).title == customer.name
    saved = get_customer(customer.id)
    assert saved.phone is None
    assert dict(saved.metadata) == {"kept": "yes"}
    assert saved.preferences == customer.preferences


def test_a_required_field_cannot_be_emptied_by_an_edit(admin: PageClient) -> None:
    customer = create_customer()
    seen = admin.submit(f"/customers/{customer.id}/edit", name="  ")
    assert seen.status == 422
    assert seen.error_of("name") == "Name is required."
    assert get_customer(customer.id).name == customer.name


def test_the_second_of_two_editors_is_told_what_the_first_did(admin: PageClient) -> None:
    customer = create_customer(name="Old name", phone="1")
    page = admin.get(f"/customers/{customer.id}/edit")
    update_customer(customer.id, as_input(customer).model_copy(update={"phone": "2"}))
    seen = admin.send(page, name="My name")
    assert seen.status == 409
    assert "Somebody changed this while you were editing" in seen.alerts()
    assert "Phone from “1” to “2”" in seen.alerts()
    assert seen.values()["name"] == "My name"
    assert get_customer(customer.id).name == "Old name"
    admin.follow(admin.send(seen))
    assert get_customer(customer.id).name == "My name"


def test_a_conflict_is_said_beside_its_field(admin: PageClient) -> None:
    create_customer(external_id="crm-1")
    typed = {"name": "Acme", "email": "a@acme.example", "external_id": "crm-1"}
    seen = admin.submit("/customers/new", **typed)
    assert seen.status == 422
    assert "crm-1" in seen.error_of("external_id")


def test_a_customer_without_obligations_is_deleted_after_asking(admin: PageClient) -> None:
    customer = create_customer(name="Acme")
    page = admin.get(f"/customers/{customer.id}/delete")
    assert page.title == "Delete Acme?"
    assert not get_customer(customer.id).is_deleted
    assert admin.send(page).to == "/customers"
    assert get_customer(customer.id).is_deleted
    detail = admin.get(f"/customers/{customer.id}")
    assert "can be read but no longer changed" in detail.text
    assert f"/customers/{customer.id}/edit" not in detail.links()
    assert "Acme" not in admin.get("/customers").text.replace("Acme was deleted.", "")


def test_a_refused_deletion_says_why(admin: PageClient) -> None:
    subscribed, owing = create_subscription().customer_id, create_invoice().customer_id
    seen = admin.submit(f"/customers/{subscribed}/delete")
    assert seen.status == 409
    assert "Cancel this customer's subscriptions first." in seen.alerts()
    seen = admin.submit(f"/customers/{owing}/delete")
    assert "Settle or void this customer's invoices first." in seen.alerts()


def test_the_detail_shows_what_belongs_to_the_customer(admin: PageClient) -> None:
    subscription = create_subscription()
    seen = admin.get(f"/customers/{subscription.customer_id}")
    assert f"/subscriptions/{subscription.id}" in seen.links()
    assert "INV-" in seen.text
    assert "Customer created" in seen.text


def test_an_unknown_customer_is_not_found(admin: PageClient) -> None:
    for path in ("/customers/cus_x", "/customers/cus_x/edit", "/customers/cus_x/delete"):
        assert admin.get(path).status == 404
