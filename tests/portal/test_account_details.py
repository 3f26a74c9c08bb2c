"""What customers say of themselves."""

from __future__ import annotations

import pytest

from billing.actors import Actor, ScopeMissing, acting_as
from billing.customers.inputs import as_input as customer_input
from billing.customers.queries import get_customer
from billing.self_service.details import as_input, update_own_details
from billing.users.models import User
from tests.factories import create_customer, create_subscription, create_tax_rate
from tests.portal.conftest import Visitor

EDIT = "/account/details/edit"


def test_details_are_changed_and_all_else_stays_as_agreed(visiting_as: Visitor) -> None:
    rate = create_tax_rate()
    customer = create_customer(
        external_id="crm-1",
        metadata={"segment": "mid"},
        tax_rate_ids=[rate.id],
        tax_exempt="reverse",
        preferences={"currency": "EUR", "payment_terms_days": 30, "timezone": "Europe/Berlin"},
    )
    before = customer_input(customer)
    owner = visiting_as("customer", customer_id=customer.id)
    page = owner.get(EDIT)
    added = owner.send(page, rows="add:tax_ids")
    typed = {"tax_ids-0-type": "eu_vat", "tax_ids-0-value": "DE123456789"}
    seen = owner.send(
        added,
        name="Acme AG",
        email="pay@acme.example",
        locale="de",
        **{"billing_address-city": "Ulm", "billing_address-country": "DE"},
        **typed,
    )
    shown = owner.follow(seen).text
    assert "Ihre nächsten Rechnungen tragen es." in shown
    assert "Deutsch" in shown
    after = customer_input(get_customer(customer.id))
    assert (after.name, after.email, after.preferences.locale) == (
        "Acme AG",
        "pay@acme.example",
        "de",
    )
    assert after.billing_address is not None
    assert after.billing_address.city == "Ulm"
    assert after.tax_ids[0].value == "DE123456789"
    kept = ("external_id", "metadata", "tax_rate_ids", "tax_exempt", "status", "address")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    agreed = after.preferences.model_copy(update={"locale": before.preferences.locale})
    assert agreed == before.preferences


def test_what_is_wrong_is_said_beside_its_field(visiting_as: Visitor) -> None:
    owner = visiting_as("customer", customer_id=create_customer().id)
    seen = owner.submit(EDIT, name="", email="nobody", **{"billing_address-country": "Germany"})
    assert seen.status == 422
    assert seen.error_of("name")
    assert seen.error_of("email")
    assert seen.error_of("billing_address-country")
    assert owner.submit(EDIT, locale="tlh-XX").status == 422


def test_a_form_cannot_bring_more_than_it_shows(visiting_as: Visitor) -> None:
    customer = create_customer()
    owner = visiting_as("customer", customer_id=customer.id)
    owner.submit(EDIT, name="Acme", tax_exempt="exempt", **{"preferences-currency": "JPY"})
    found = get_customer(customer.id)
    assert (found.name, found.tax_exempt, found.preferences.currency) == ("Acme", "none", "USD")


def test_somebody_elses_change_meanwhile_is_told(visiting_as: Visitor) -> None:
    customer = create_customer()
    owner, other = (visiting_as("customer", customer_id=customer.id) for _ in range(2))
    page = owner.get(EDIT)
    other.submit(EDIT, name="First")
    again = owner.send(page, name="Second")
    assert again.status == 409
    assert "Somebody changed this" in again.alerts()
    assert get_customer(customer.id).name == "First"


def test_a_viewer_sees_them_and_changes_nothing(visiting_as: Visitor) -> None:
    customer = create_customer(email="pay@acme.example")
    viewer = visiting_as("customer", customer_id=customer.id)
    User.objects(customer_id=customer.id).update(set__customer_role="viewer")
    seen = viewer.get("/account/details")
    assert "pay@acme.example" in seen.text
    assert EDIT not in seen.links()
    assert viewer.get(EDIT).status == 403
    actor = Actor(type="user", role="customer", customer_id=customer.id)
    with acting_as(actor), pytest.raises(ScopeMissing):
        update_own_details(customer.id, as_input(customer))


def test_the_language_of_documents_follows(visiting_as: Visitor) -> None:
    customer = create_customer(preferences={"locale": "de-AT"})
    create_subscription(customer=customer)
    owner = visiting_as("customer", customer_id=customer.id)
    page = owner.get(EDIT)
    assert page.values()["locale"] == "de-AT"
    assert "Deutsch (Österreich)" in owner.get("/account/details").text


def test_contacts_who_get_copies_are_added_and_removed(visiting_as: Visitor) -> None:
    customer = create_customer()
    owner = visiting_as("customer", customer_id=customer.id)
    added = owner.send(owner.get(EDIT), rows="add:contacts")
    wrong = owner.send(added, **{"contacts-0-name": "Ida", "contacts-0-email": "ida"})
    assert wrong.error_of("contacts-0-email")
    owner.send(wrong, **{"contacts-0-email": "ida@acme.example"})
    assert "ida@acme.example" in owner.get("/account/details").text
    (contact,) = get_customer(customer.id).contacts
    assert (contact.name, contact.email) == ("Ida", "ida@acme.example")
    fewer = owner.send(owner.get(EDIT), rows="remove:contacts:0")
    owner.send(fewer)
    assert list(get_customer(customer.id).contacts) == []
