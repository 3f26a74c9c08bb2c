"""Customers over the API."""

from __future__ import annotations

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_subscription

ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


def test_nobody_sees_customers_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/customers").status_code == 401
    assert anonymous.post("/customers", ADA).status_code == 401


def test_a_viewer_may_not_create_and_is_told_the_scope(speaking_as: Speaker) -> None:
    answer = speaking_as("viewer").post("/customers", ADA)
    assert answer.status_code == 403
    assert answer.json["code"] == "missing_scope"
    assert "write:customers" in answer.json["detail"]
    assert database().customers.count_documents({}) == 0


def test_a_stranger_finds_no_other_customer(stranger: CheckedClient) -> None:
    other = create_customer(name="Other")
    assert stranger.get(f"/customers/{other.id}").status_code == 404
    names = [row["name"] for row in stranger.get("/customers").json["data"]]
    assert names == ["Stranger"]


def test_creating_answers_the_customer_its_address_and_etag(admin: CheckedClient) -> None:
    answer = admin.post("/customers", {**ADA, "metadata": {"segment": "a"}})
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/v1/customers/{answer.json['id']}"
    shown = admin.get(f"/customers/{answer.json['id']}")
    assert shown.json == answer.json
    assert shown.json["preferences"]["payment_terms_days"] == 14
    assert shown.json["metadata"] == {"segment": "a"}


def test_every_wrong_field_is_named(admin: CheckedClient) -> None:
    answer = admin.post(
        "/customers",
        {
            "email": "nowhere",
            "surprise": 1,
            "preferences": {"payment_terms_days": "12", "currency": "XXQ"},
            "tax_ids": [{"type": "eu_vat"}],
        },
    )
    assert answer.status_code == 422
    named = {error["field"] for error in answer.json["errors"]}
    assert named == {
        "name",
        "email",
        "surprise",
        "preferences.payment_terms_days",
        "preferences.currency",
        "tax_ids.0.value",
    }
    assert database().customers.count_documents({}) == 0


def test_the_same_external_id_twice_is_a_conflict(admin: CheckedClient) -> None:
    admin.post("/customers", {**ADA, "external_id": "x-1"})
    answer = admin.post("/customers", {**ADA, "external_id": "x-1"})
    assert answer.status_code == 409
    assert answer.json["code"] == "external_id_taken"
    assert answer.json["errors"][0]["field"] == "external_id"


def test_put_replaces_and_what_is_left_out_returns_to_its_default(admin: CheckedClient) -> None:
    customer = create_customer(phone="123", metadata={"a": "b"})
    answer = admin.put(f"/customers/{customer.id}", ADA, if_match='"1"')
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert (answer.json["phone"], answer.json["metadata"]) == (None, {})


def test_patch_merges_objects_and_null_removes(admin: CheckedClient) -> None:
    customer = create_customer(
        phone="123",
        metadata={"keep": "1", "drop": "2"},
        preferences={"currency": "EUR", "payment_terms_days": 30},
        billing_address={"line1": "Street 1", "city": "Town", "country": "DE"},
    )
    change = {
        "phone": None,
        "metadata": {"drop": None, "new": "3"},
        "preferences": {"payment_terms_days": 7},
        "billing_address": {"city": "Village"},
    }
    answer = admin.patch(f"/customers/{customer.id}", change)
    assert answer.status_code == 200
    assert answer.json["phone"] is None
    assert answer.json["metadata"] == {"keep": "1", "new": "3"}
    assert answer.json["preferences"]["currency"] == "EUR"
    assert answer.json["preferences"]["payment_terms_days"] == 7
    assert answer.json["billing_address"]["line1"] == "Street 1"
    assert answer.json["billing_address"]["city"] == "Village"
    assert answer.json["name"] == customer.name


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"surprise": None}, "surprise"),
        ({"preferences": {"surprise": None}}, "preferences.surprise"),
        ({"preferences": {"payment_terms_days": "7"}}, "preferences.payment_terms_days"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"email": {"$ne": ""}}, "email"),
    ],
)
def test_patch_is_as_strict_as_put(admin: CheckedClient, change: object, field: str) -> None:
    customer = create_customer()
    answer = admin.patch(f"/customers/{customer.id}", change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert database().customers.find_one({"_id": customer.id})["revision"] == 1


def test_a_patch_must_be_an_object(admin: CheckedClient) -> None:
    assert admin.patch(f"/customers/{create_customer().id}", [1]).status_code == 422


def test_deleting_hides_from_lists_and_keeps_the_customer(admin: CheckedClient) -> None:
    customer = create_customer()
    assert admin.delete(f"/customers/{customer.id}").status_code == 204
    assert admin.get("/customers").json["total"] == 0
    assert admin.get("/customers?include_deleted=true").json["total"] == 1
    assert admin.get(f"/customers/{customer.id}").json["deleted_at"]
    again = admin.delete(f"/customers/{customer.id}")
    assert (again.status_code, again.json["code"]) == (409, "customer_deleted")
    assert admin.patch(f"/customers/{customer.id}", {"name": "X"}).status_code == 409


def test_a_customer_with_a_live_subscription_is_not_deleted(admin: CheckedClient) -> None:
    subscription = create_subscription()
    answer = admin.delete(f"/customers/{subscription.customer_id}")
    assert (answer.status_code, answer.json["code"]) == (409, "customer_has_live_subscriptions")


def test_a_customer_who_owes_is_not_deleted(admin: CheckedClient) -> None:
    invoice = create_invoice()
    answer = admin.delete(f"/customers/{invoice.customer_id}")
    assert (answer.status_code, answer.json["code"]) == (409, "customer_has_unpaid_invoices")


def test_lists_filter(admin: CheckedClient) -> None:
    create_customer(name="Ada Lovelace", email="ada@example.com", external_id="x-1")
    create_customer(name="Grace Hopper", status="suspended")

    def names(query: str) -> list[str]:
        return [row["name"] for row in admin.get(f"/customers?{query}").json["data"]]

    assert names("status=suspended") == ["Grace Hopper"]
    assert names("email=ada@example.com") == ["Ada Lovelace"]
    assert names("external_id=x-1") == ["Ada Lovelace"]
    assert names("q=hop") == ["Grace Hopper"]
    assert names("sort=name") == ["Ada Lovelace", "Grace Hopper"]
    assert names("sort=-name") == ["Grace Hopper", "Ada Lovelace"]
    assert names("created_at[gte]=2020-01-01&created_at[lt]=2020-01-02T00:00:00Z") == []
    assert len(names("created_at[gte]=2020-01-01T00:00:00%2B01:00")) == 2


def test_a_missing_customer_is_404(admin: CheckedClient) -> None:
    answer = admin.get("/customers/cus_nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "customer_not_found")
