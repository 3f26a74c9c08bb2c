"""Subscriptions over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from billing import clock
from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_plan, create_subscription


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=UTC)):
        yield


def test_nobody_sees_subscriptions_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/subscriptions").status_code == 401
    assert anonymous.delete("/subscriptions/sub_1").status_code == 401


def test_a_viewer_may_not_cancel_and_is_told_the_scope(speaking_as: Speaker) -> None:
    subscription = create_subscription()
    answer = speaking_as("viewer").delete(f"/subscriptions/{subscription.id}?when=now")
    assert answer.status_code == 403
    assert "write:subscriptions" in answer.json["detail"]
    assert database().subscriptions.find_one({"_id": subscription.id})["status"] == "active"


def test_a_stranger_finds_no_other_customers_subscription(stranger: CheckedClient) -> None:
    subscription = create_subscription()
    assert stranger.get(f"/subscriptions/{subscription.id}").status_code == 404
    assert stranger.get("/subscriptions").json["data"] == []
    query = f"customer_id={subscription.customer_id}"
    assert stranger.get(f"/subscriptions?{query}").json["total"] == 0


def test_a_customer_sees_their_own(speaking_as: Speaker) -> None:
    subscription = create_subscription()
    create_subscription()
    client = speaking_as("customer", customer_id=subscription.customer_id)
    assert client.get(f"/subscriptions/{subscription.id}").status_code == 200
    assert [row["id"] for row in client.get("/subscriptions").json["data"]] == [subscription.id]


def test_one_that_starts_in_the_past_is_billed_for_each_period(admin: CheckedClient) -> None:
    customer, plan = create_customer(), create_plan()
    body = {"customer_id": customer.id, "plan_id": plan.id, "start_date": "2026-08-31"}
    answer = admin.post("/subscriptions", {**body, "quantity": 5})
    assert answer.status_code == 201
    assert answer.json["status"] == "active"
    assert answer.json["current_period_start"] == "2026-10-31"
    assert answer.json["current_period_end"] == "2026-11-30"
    assert answer.json["next_billing_date"] == "2026-11-30"
    invoices = admin.get(f"/invoices?subscription_id={answer.json['id']}").json
    assert invoices["total"] == 3
    assert invoices["data"][0]["id"] == answer.json["latest_invoice_id"]
    assert admin.get(f"/subscriptions/{answer.json['id']}").json == answer.json


def test_one_that_starts_later_waits(admin: CheckedClient) -> None:
    body = {"customer_id": create_customer().id, "plan_id": create_plan().id}
    answer = admin.post("/subscriptions", {**body, "start_date": "2026-12-01"})
    assert answer.json["latest_invoice_id"] is None
    assert answer.json["next_billing_date"] == "2026-12-01"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": "5"}, "quantity"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"start_date": "31.01.2026"}, "start_date"),
        ({"start_date": 1700000000}, "start_date"),
        ({"start_date": "2026-01-31T10:00:00Z"}, "start_date"),
        ({"price": -1}, "price"),
        ({"price": "0.5"}, "price"),
        ({"customer_id": {"$ne": None}}, "customer_id"),
        ({"coupon": "SUMMER"}, "coupon"),
        ({"start_date": "1970-01-01"}, "start_date"),
    ],
)
def test_a_subscription_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    body = {"customer_id": create_customer().id, "plan_id": create_plan().id}
    answer = admin.post("/subscriptions", {**body, **change})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert database().subscriptions.count_documents({}) == 0
    assert database().invoices.count_documents({}) == 0


def test_what_it_refers_to_must_exist(admin: CheckedClient) -> None:
    nobody, nothing = f"cus_{'0' * 26}", f"plan_{'0' * 26}"
    plan, customer = create_plan().id, create_customer().id
    answer = admin.post("/subscriptions", {"customer_id": nobody, "plan_id": plan})
    assert (answer.status_code, answer.json["code"]) == (404, "customer_not_found")
    answer = admin.post("/subscriptions", {"customer_id": customer, "plan_id": nothing})
    assert (answer.status_code, answer.json["code"]) == (404, "plan_not_found")


def test_terms_change_by_put_and_patch(admin: CheckedClient) -> None:
    subscription = create_subscription(price=4000, metadata={"a": "b"})
    path = f"/subscriptions/{subscription.id}"
    patched = admin.patch(path, {"quantity": 7}).json
    assert (patched["quantity"], patched["price"], patched["metadata"]) == (7, 4000, {"a": "b"})
    assert admin.patch(path, {"price": None}).json["price"] is None
    replaced = admin.put(path, {"plan_id": subscription.plan_id}).json
    assert (replaced["quantity"], replaced["metadata"]) == (1, {})


def test_a_plan_of_another_currency_does_not_fit(admin: CheckedClient) -> None:
    subscription = create_subscription()
    other = create_plan(currency="EUR")
    answer = admin.patch(f"/subscriptions/{subscription.id}", {"plan_id": other.id})
    assert (answer.status_code, answer.json["code"]) == (422, "plan_not_compatible")
    assert answer.json["errors"][0]["field"] == "plan_id"


def test_cancelling_now_ends_it_today(admin: CheckedClient) -> None:
    path = f"/subscriptions/{create_subscription().id}"
    answer = admin.delete(f"{path}?when=now&proration=none&reason=Too%20dear")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["end_date"]) == ("cancelled", "2026-11-23")
    assert answer.json["cancellation_reason"] == "Too dear"
    again = admin.delete(f"{path}?when=now")
    assert (again.status_code, again.json["code"]) == (409, "subscription_not_cancellable")
    changed = admin.patch(path, {"quantity": 2})
    assert (changed.status_code, changed.json["code"]) == (409, "subscription_not_changeable")


def test_cancelling_at_period_end_can_be_taken_back(admin: CheckedClient) -> None:
    path = f"/subscriptions/{create_subscription().id}"
    answer = admin.delete(f"{path}?when=period_end")
    assert (answer.json["status"], answer.json["cancel_at_period_end"]) == ("active", True)
    assert answer.json["end_date"] == "2026-12-23"
    kept = admin.post(f"{path}/reactivate")
    assert (kept.status_code, kept.json["cancel_at_period_end"]) == (200, False)
    again = admin.post(f"{path}/reactivate")
    assert (again.status_code, again.json["code"]) == (409, "cancellation_not_revocable")


@pytest.mark.parametrize("query", ["when=tomorrow", "proration=some", "when=now&when=now"])
def test_cancelling_in_an_unknown_way_is_422(admin: CheckedClient, query: str) -> None:
    subscription = create_subscription()
    assert admin.delete(f"/subscriptions/{subscription.id}?{query}").status_code == 422
    assert database().subscriptions.find_one({"_id": subscription.id})["revision"] <= 2


def test_lists_filter(admin: CheckedClient) -> None:
    ada = create_customer(name="Ada Lovelace")
    first = create_subscription(customer_id=ada.id)
    second = create_subscription()
    admin.delete(f"/subscriptions/{second.id}?when=now")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/subscriptions?{query}").json["data"]]

    assert ids("status=active") == [first.id]
    assert ids("status=cancelled") == [second.id]
    assert ids(f"customer_id={ada.id}") == [first.id]
    assert ids(f"plan_id={second.plan_id}") == [second.id]
    assert ids("q=love") == [first.id]
    assert ids(f"q={second.id}") == [second.id]


def test_each_row_of_a_list_carries_its_newest_invoice(admin: CheckedClient) -> None:
    subscriptions = [create_subscription() for _ in range(3)]
    for row in admin.get("/subscriptions").json["data"]:
        invoice = database().invoices.find_one({"subscription_id": row["id"]})
        assert row["latest_invoice_id"] == invoice["_id"]
    assert len(subscriptions) == 3
