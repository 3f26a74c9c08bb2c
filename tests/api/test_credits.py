"""Customers' credit over the API."""

from __future__ import annotations

from tests.api.checked_client import CheckedClient
from tests.factories import create_customer


def test_credit_is_granted_listed_and_taken_back(admin: CheckedClient) -> None:
    customer = create_customer()
    path = f"/customers/{customer.id}/credits"
    granted = admin.post(path, json={"amount": 500, "reason": "Goodwill"})
    assert (granted.status_code, granted.json["credit_balance"]) == (200, 500)
    admin.post(path, json={"amount": -200, "reason": "Mistake"})
    entries = admin.get(path).json
    assert [(e["amount"], e["balance"], e["reason"]) for e in entries["data"]] == [
        (-200, 300, "Mistake"),
        (500, 500, "Goodwill"),
    ]
    assert admin.get(f"{path}?currency=EUR").json["data"] == []


def test_more_than_there_is_cannot_be_taken(admin: CheckedClient) -> None:
    customer = create_customer()
    path = f"/customers/{customer.id}/credits"
    refused = admin.post(path, json={"amount": -1, "reason": "Mistake"})
    assert (refused.status_code, refused.json["code"]) == (409, "credit_insufficient")
    nothing = admin.post(path, json={"amount": 0, "reason": "Mistake"})
    assert (nothing.status_code, nothing.json["errors"][0]["field"]) == (422, "amount")


def test_a_strangers_credit_is_not_there(admin: CheckedClient) -> None:
    assert admin.get("/customers/cus_01JD0000000000000000000000/credits").status_code == 404
