"""Credit given and taken back by hand."""

from __future__ import annotations

from billing.customers.queries import get_customer
from tests.factories import create_customer
from tests.portal.page_client import PageClient


def test_credit_is_given_and_seen(admin: PageClient) -> None:
    customer = create_customer()
    address = f"/customers/{customer.id}/credit"
    page = admin.follow(admin.submit(address, amount="25.00", currency="USD", reason="Goodwill"))
    assert "The credit was adjusted." in page.text
    assert "$25.00" in page.text
    assert get_customer(customer.id).credit_balances == {"USD": 2500}
    assert "Goodwill" in admin.get(address).text


def test_no_more_is_taken_back_than_there_is(admin: PageClient) -> None:
    customer = create_customer()
    address = f"/customers/{customer.id}/credit"
    seen = admin.submit(address, amount="-1.00", currency="USD", reason="Mistake")
    assert seen.status == 422
    assert "that much credit" in seen.error_of("amount")
    assert get_customer(customer.id).credit_balances == {}


def test_nothing_is_no_adjustment(admin: PageClient) -> None:
    customer = create_customer()
    address = f"/customers/{customer.id}/credit"
    seen = admin.submit(address, amount="0", currency="USD", reason="Mistake")
    assert seen.status == 422
    assert seen.error_of("amount")
