"""Search without script: a page of results, and straight on where it is clear what is meant."""

from __future__ import annotations

import pytest

from portal.navigation import _CUSTOMER, _STAFF
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_plan,
    create_user,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen

PALETTE = {"HX-Request": "true", "HX-Target": "palette-list"}
RESULTS = {"HX-Request": "true", "HX-Target": "results"}


def hits(seen: Seen) -> dict[str, str]:
    """Title to address, in order."""
    assert seen.page is not None
    found = [a for a in seen.page.iter("a") if a.get("class") == "hit"]
    titles = [next(e for e in a.iter("span") if e.get("class") == "hit-title") for a in found]
    pairs = zip(titles, found, strict=True)
    return {title.text or "": a.get("href", "") for title, a in pairs}


def test_every_page_leads_to_the_search(admin: PageClient) -> None:
    assert "/search" in admin.get("/customers").links()
    assert admin.get("/search").title == "Search"


def test_a_whole_id_or_number_leads_straight_to_its_page(admin: PageClient) -> None:
    customer, note = create_customer(), create_credit_note()
    invoice = create_invoice()
    for q, path in [
        (customer.id, f"/customers/{customer.id}"),
        (f" {customer.id.lower()} ", f"/customers/{customer.id}"),
        (invoice.number, f"/invoices/{invoice.id}"),
        (invoice.number.lower(), f"/invoices/{invoice.id}"),
        (note.number, f"/credit-notes/{note.id}"),
    ]:
        seen = admin.get("/search", query_string={"q": q})
        assert (seen.status, seen.to) == (303, path), q


def test_results_stand_by_kind_with_what_tells_them_apart(admin: PageClient) -> None:
    customer = create_customer(name="Team Rocket", email="jessie@example.com")
    plan = create_plan(name="Team")
    seen = admin.get("/search?q=team")
    assert hits(seen) == {
        "Team Rocket": f"/customers/{customer.id}",
        "Team": f"/plans/{plan.id}",
    }
    assert "Customers Team Rocket jessie@example.com Plans Team" in seen.text


def test_commands_are_found_by_the_beginnings_of_their_words(admin: PageClient) -> None:
    assert hits(admin.get("/search?q=run bil")) == {"Billing runs": "/runs", "Run billing": "/runs"}
    for q in ("new cust", "add customer", "create cust"):
        assert hits(admin.get(f"/search?q={q}")) == {"New customer": "/customers/new"}
    assert hits(admin.get("/search?q=tax")) == {
        "Tax rates": "/tax-rates",
        "New tax rate": "/tax-rates/new",
    }
    everything = hits(admin.get("/search"))
    assert everything["Dashboard"] == "/"
    assert everything["New user"] == "/users/new"


def test_the_palette_and_the_page_offer_the_same(admin: PageClient) -> None:
    create_customer(name="Acme")
    for q in ("", "acme", "new", "zzz"):
        whole = hits(admin.get(f"/search?q={q}"))
        options = admin.get(f"/search?q={q}", headers=PALETTE)
        assert hits(options) == hits(admin.get(f"/search?q={q}", headers=RESULTS)) == whole
        assert 'role="option"' in options.html
        assert "<main" not in options.html


def test_while_typing_nobody_is_led_away(admin: PageClient) -> None:
    customer = create_customer(name="Acme")
    seen = admin.get(f"/search?q={customer.id}", headers=PALETTE)
    assert hits(seen) == {"Acme": f"/customers/{customer.id}"}


def test_nothing_found_says_so(admin: PageClient) -> None:
    assert "Nothing matches" in admin.get("/search?q=zzz").text
    assert "Nothing matches" in admin.get("/search?q=zzz", headers=PALETTE).html
    assert admin.get("/search", query_string={"q": "<b>$ne ✓" * 90}).status == 200


@pytest.mark.parametrize("role", ["viewer", "support", "billing"])
def test_nothing_is_offered_that_a_role_may_not_open(visiting_as: Visitor, role: str) -> None:
    create_user(name="Newton", email="newton@example.com")
    visitor = visiting_as(role)
    for q in ("", "new", "newton", "settings", "users"):
        for path in hits(visitor.get(f"/search?q={q}")).values():
            assert visitor.get(path).status == 200, path


def test_a_customer_finds_their_own_and_no_other(visiting_as: Visitor) -> None:
    own, other = create_invoice(), create_invoice()
    buyer = visiting_as("customer", customer_id=own.customer_id)
    assert buyer.get(f"/search?q={own.number}").to == f"/account/invoices/{own.id}"
    assert hits(buyer.get(f"/search?q={own.number[:8]}")) == {
        own.number: f"/account/invoices/{own.id}"
    }
    assert hits(buyer.get(f"/search?q={other.number}")) == {}
    assert hits(buyer.get(f"/search?q={other.id}")) == {}
    assert hits(buyer.get("/search")) == {
        "Overview": "/account",
        "Subscriptions": "/account/subscriptions",
        "Invoices": "/account/invoices",
        "Statement": "/account/statement",
        "Payment methods": "/account/payment-methods",
        "Team": "/account/team",
        "Billing details": "/account/details",
        "Your account and password": "/profile",
    }


def test_keys_of_the_navigation_are_each_entrys_own() -> None:
    for entries in (_STAFF, _CUSTOMER):
        keys = [entry.key for entry in entries if entry.key]
        assert len(set(keys)) == len(keys)


def test_the_keys_are_listed_for_what_the_reader_may_open(visiting_as: Visitor) -> None:
    admin, viewer = visiting_as("admin").get("/"), visiting_as("viewer").get("/")
    assert 'data-key="u"' in admin.html
    assert "<kbd>g</kbd> <kbd>u</kbd></dt><dd>Users" in admin.html
    assert 'data-key="u"' not in viewer.html
    assert "<dd>Users" not in viewer.html
