"""GET /customers/{id}/statement."""

from __future__ import annotations

import pytest

from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_payment


def test_a_statement_of_some_days(admin: CheckedClient) -> None:
    customer = create_customer()
    invoice = create_invoice(customer_id=customer.id)
    payment = create_payment(invoice_id=invoice.id, amount=4000)
    shown = admin.get(f"/customers/{customer.id}/statement").json
    assert (shown["object"], shown["customer_id"], shown["from"]) == (
        "statement",
        customer.id,
        None,
    )
    [balance] = shown["balances"]
    assert (balance["opening_balance"], balance["closing_balance"]) == (0, 6000)
    assert [(line["id"], line["change"], line["balance"]) for line in balance["lines"]] == [
        (invoice.id, 10000, 10000),
        (payment.id, -4000, 6000),
    ]
    later = f"/customers/{customer.id}/statement?from=2099-01-01&to=2099-01-31"
    [balance] = admin.get(later).json["balances"]
    assert (balance["opening_balance"], balance["lines"]) == (6000, [])


def test_a_customer_gets_their_own(speaking_as: Speaker, stranger: CheckedClient) -> None:
    customer = create_customer()
    create_invoice(customer_id=customer.id)
    path = f"/customers/{customer.id}/statement"
    mine = speaking_as("customer", customer_id=customer.id).get(path)
    assert mine.json["balances"][0]["closing_balance"] == 10000
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-01&to=2026-01-31", "from"),
        ("from=2099-01-01", "from"),
        ("from=01.02.2026", "from"),
        ("to=2026-02-30", "to"),
        ("currency=usd", "currency"),
        ("since=2026-01-01", "since"),
    ],
)
def test_what_is_no_time_is_422_and_named(admin: CheckedClient, query: str, field: str) -> None:
    answer = admin.get(f"/customers/{create_customer().id}/statement?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_balances_alone_can_be_asked_for(admin: CheckedClient) -> None:
    customer = create_customer()
    create_invoice(customer_id=customer.id)
    path = f"/customers/{customer.id}/statement?fields=balances.currency,balances.closing_balance"
    assert admin.get(path).json == {
        "object": "statement",
        "balances": [{"currency": "USD", "closing_balance": 10000}],
    }
