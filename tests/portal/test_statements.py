"""A customer's statement as a page, for staff and for themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from billing import clock
from billing.customers.adjust_credit import adjust_credit
from billing.customers.inputs import AdjustCredit
from billing.customers.models import Customer
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_user,
)
from tests.portal.page_client import PageClient

EVERYTHING = "?from=&to="


@pytest.fixture
def customer(db: object) -> Customer:
    """Somebody with one of each line."""
    customer = create_customer(name="Ada Ltd")
    with clock.frozen(datetime(2026, 3, 2, tzinfo=UTC)):
        invoice = create_invoice(customer=customer)
        refund_payment(create_payment(invoice=invoice).id, RefundInput(amount=1500))
        create_credit_note(invoice=invoice, amount=2500, refund_amount=2500)
        adjust_credit(customer.id, AdjustCredit(amount=700, reason="Sorry"))
    return customer


def test_staff_read_each_line_and_what_is_owed(admin: PageClient, customer: Customer) -> None:
    seen = admin.get(f"/customers/{customer.id}/statement{EVERYTHING}")
    for text in ("Invoice INV-2026-000001", "Payment", "Credit note CN-2026-000001", "Refund"):
        assert text in seen.text
    assert "$15.00 paid back; the invoice stays paid" in seen.text
    assert "Credit given" in seen.text
    assert "Credit in hand" in seen.text
    assert "-$7.00" in seen.text
    for link in seen.links():
        if link.startswith("/"):
            assert admin.get(link).status == 200, link


def test_the_last_three_months_are_shown_unless_told_otherwise(
    admin: PageClient, customer: Customer
) -> None:
    path = f"/customers/{customer.id}/statement"
    with clock.frozen(datetime(2026, 9, 15, tzinfo=UTC)):
        recent = admin.get(path)
        assert "Balance before" in recent.text
        assert "Invoice INV" not in recent.text
    assert "Invoice INV" in admin.get(f"{path}?from=2026-03-02&to=2026-03-02").text


def test_nothing_is_said_kindly(admin: PageClient) -> None:
    seen = admin.get(f"/customers/{create_customer().id}/statement")
    assert "Nothing happened" in seen.text


@pytest.mark.parametrize("query", ["?from=yesterday", "?from=2026-03-02&to=2026-03-01", "?to=1"])
def test_days_that_mean_nothing_are_said_on_the_page(
    admin: PageClient, customer: Customer, query: str
) -> None:
    seen = admin.get(f"/customers/{customer.id}/statement{query}")
    assert seen.status == 422
    assert any(words in seen.text for words in ("Write days as", "from must not be after"))


def test_customers_read_their_own(app: Flask, customer: Customer) -> None:
    mine = PageClient(app).sign_in(create_user(role="customer", customer_id=customer.id))
    seen = mine.get(f"/account/statement{EVERYTHING}")
    assert "Invoice INV-2026-000001" in seen.text
    for link in seen.links():
        if link.startswith("/account/invoices/"):
            assert mine.get(link).status == 200
    assert mine.get(f"/customers/{customer.id}/statement").status == 404
    other = PageClient(app).sign_in(create_user(role="customer", customer_id=create_customer().id))
    assert "INV-" not in other.get(f"/account/statement{EVERYTHING}").text
