"""A customer made as a row is what the document would have been."""

from __future__ import annotations

from typing import Any

import pytest

from billing.customers.inputs import CustomerInput
from billing.customers.models import Customer
from billing.customers.rows import fill_customer, new_customer_row
from billing.ids import new_id
from billing.inputs import parse
from billing.seller.models import DEFAULT_SELLER

WHO = {"name": "Ada Łovelace", "email": "ada@example.com"}
EVERYTHING: dict[str, Any] = {
    **WHO,
    "phone": "+49 30 901820",
    "contacts": [{"name": "Books", "email": "books@example.com"}],
    "address": {"line1": "1 Example Street", "city": "Berlin", "country": "DE"},
    "billing_address": {"line1": "2 Example Street", "postal_code": "10115", "country": "DE"},
    "preferences": {"currency": "EUR", "locale": "de", "timezone": "Europe/Berlin"},
    "status": "suspended",
    "tax_exempt": "reverse",
    "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
    "tax_rate_ids": [new_id("txr")] * 2,
    "external_id": "crm-1",
    "metadata": {"segment": "smb"},
}


@pytest.mark.parametrize("values", [WHO, EVERYTHING])
def test_a_row_is_what_the_document_would_be_stored_as(values: dict[str, Any]) -> None:
    data = parse(CustomerInput, values)
    row = new_customer_row(data, DEFAULT_SELLER)
    document = Customer(id=row["_id"], created_at=row["created_at"], updated_at=row["updated_at"])
    fill_customer(document, data)
    document.validate()
    assert row == document.row()
    assert Customer._from_son(row).row() == row


def test_what_preferences_leave_out_is_as_the_seller_says() -> None:
    seller = {**DEFAULT_SELLER, "timezone": "Asia/Tokyo", "payment_terms_days": 30}
    said = {**WHO, "preferences": {"payment_terms_days": 7}}
    row = new_customer_row(parse(CustomerInput, said), seller)  # type: ignore[arg-type]
    assert row["preferences"]["timezone"] == "Asia/Tokyo"
    assert row["preferences"]["payment_terms_days"] == 7
