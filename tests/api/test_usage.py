"""Meters, usage and entitlements over the API."""

from __future__ import annotations

from typing import Any

import pytest

from billing.database import database
from billing.usage.inputs import MOST_EVENTS
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_plan, create_subscription

METER = {"key": "calls", "name": "API calls", "aggregation": "sum", "unit": "calls"}


@pytest.fixture
def meter(admin: CheckedClient) -> dict[str, Any]:
    answer = admin.post("/meters", METER)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def subscription_id(admin: CheckedClient, meter: dict[str, Any]) -> str:
    """Of a customer on a plan with limits, one of them measured."""
    limits = {"calls": 10, "seats": 3, "projects": None}
    plan = create_plan(limits=limits, features=[{"key": "sso", "name": "SSO", "enabled": True}])
    return str(create_subscription(plan_id=plan.id).id)


def usage(subscription: str, key: str, **values: Any) -> dict[str, Any]:
    told = {"subscription_id": subscription, "meter": "calls", "value": 1}
    return {**told, "idempotency_key": key, **values}


def stored() -> int:
    return database().usage_events.count_documents({})


def test_nobody_sends_usage_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.post("/usage_events", []).status_code == 401
    assert anonymous.get("/meters").status_code == 401


def test_who_may_not_write_is_told_the_scope(speaking_as: Speaker) -> None:
    viewer = speaking_as("viewer")
    assert "write:subscriptions" in viewer.post("/usage_events", []).json["detail"]
    assert "write:plans" in viewer.post("/meters", METER).json["detail"]
    assert "write:plans" in speaking_as("support").post("/meters", METER).json["detail"]


def test_a_stranger_finds_nothing(
    admin: CheckedClient, stranger: CheckedClient, subscription_id: str
) -> None:
    admin.post("/usage_events", usage(subscription_id, "a"))
    event = admin.get("/usage_events").json["data"][0]
    assert stranger.get("/usage_events").json["data"] == []
    assert stranger.get(f"/usage_events?customer_id={event['customer_id']}").json["data"] == []
    for path in (
        f"/usage_events/{event['id']}",
        f"/subscriptions/{subscription_id}/usage",
        f"/customers/{event['customer_id']}/entitlements",
    ):
        assert stranger.get(path).status_code == 404


def test_a_meter_is_created_shown_changed_and_archived(
    admin: CheckedClient, meter: dict[str, Any]
) -> None:
    path = f"/meters/{meter['id']}"
    assert admin.get(path).json == meter
    changed = admin.patch(path, {"name": "Calls", "unit": None})
    assert (changed.json["name"], changed.json["unit"], changed.json["key"]) == (
        "Calls",
        None,
        "calls",
    )
    replaced = admin.put(path, {"name": "Peak", "aggregation": "max"})
    assert (replaced.json["aggregation"], replaced.json["unit"]) == ("max", None)
    archived = admin.post(f"{path}/archive")
    assert archived.json["status"] == "archived"
    again = admin.post(f"{path}/archive")
    assert (again.status_code, again.json["code"]) == (409, "meter_archived")


def test_a_meters_key_is_taken_and_kept(admin: CheckedClient, meter: dict[str, Any]) -> None:
    taken = admin.post("/meters", METER)
    assert (taken.status_code, taken.json["code"]) == (409, "meter_key_taken")
    assert taken.json["errors"][0]["field"] == "key"
    kept = admin.patch(f"/meters/{meter['id']}", {"key": "other"})
    assert kept.json["errors"] == [{"field": "key", "message": "is not a field here"}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Big Key"}, "key"),
        ({"key": None}, "key"),
        ({"name": ""}, "name"),
        ({"aggregation": "median"}, "aggregation"),
        ({"unit": "x" * 41}, "unit"),
        ({"status": "archived"}, "status"),
    ],
)
def test_a_meter_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, Any], field: str
) -> None:
    answer = admin.post("/meters", {**METER, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_the_aggregation_is_settled_with_the_first_event(
    admin: CheckedClient, meter: dict[str, Any], subscription_id: str
) -> None:
    admin.post("/usage_events", usage(subscription_id, "a"))
    answer = admin.patch(f"/meters/{meter['id']}", {"aggregation": "max"})
    assert (answer.status_code, answer.json["code"]) == (409, "meter_in_use")
    assert admin.get(f"/meters/{meter['id']}").json["has_events"]


def test_meters_are_found_by_key(admin: CheckedClient, meter: dict[str, Any]) -> None:
    admin.post("/meters", {**METER, "key": "seats", "aggregation": "max"})
    for query in ("key=calls", "aggregation=sum", "q=api%20calls&sort=name&limit=1"):
        assert admin.get(f"/meters?{query}").status_code == 200
    assert admin.get("/meters?key=calls").json["data"] == [meter]
    assert admin.get("/meters?status=archived").json["total"] == 0


def test_one_event_is_counted_once_however_often_it_is_sent(
    admin: CheckedClient, subscription_id: str
) -> None:
    event = usage(subscription_id, "a", value="0.25")
    first, second = (admin.post("/usage_events", event) for _ in range(2))
    assert (first.status_code, first.json["counted"], first.json["duplicates"]) == (200, 1, 0)
    assert (second.status_code, second.json["counted"], second.json["duplicates"]) == (200, 0, 1)
    sent = first.json["data"][0]
    assert second.json["data"] == [{**sent, "duplicate": True}]
    shown = admin.get(f"/usage_events/{sent['id']}").json
    assert {**shown, "duplicate": False} == sent
    assert (shown["value"], shown["late"], shown["meter"]) == ("0.25", False, "calls")


def test_each_entry_of_a_batch_tells_whether_it_was_counted(
    admin: CheckedClient, subscription_id: str
) -> None:
    admin.post("/usage_events", usage(subscription_id, "a"))
    batch = [usage(subscription_id, key) for key in ("a", "b", "b", "c")]
    answer = admin.post("/usage_events", batch)
    assert [entry["duplicate"] for entry in answer.json["data"]] == [True, False, True, False]
    assert (answer.json["counted"], answer.json["duplicates"], stored()) == (2, 2, 3)


def test_a_batch_is_refused_whole_and_each_entry_is_named(
    admin: CheckedClient, subscription_id: str
) -> None:
    batch = [
        usage(subscription_id, "a"),
        usage(subscription_id, "b", meter="words"),
        usage("sub_" + "0" * 26, "c"),
        usage(subscription_id, "d", occurred_at="2999-01-01T00:00:00Z"),
    ]
    answer = admin.post("/usage_events", batch)
    assert (answer.status_code, answer.json["code"]) == (422, "usage_refused")
    assert [error["field"] for error in answer.json["errors"]] == [
        "1.meter",
        "2.subscription_id",
        "3.occurred_at",
    ]
    assert stored() == 0
    alone = admin.post("/usage_events", batch[1])
    assert [error["field"] for error in alone.json["errors"]] == ["meter"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": 1.5}, "value"),
        ({"value": True}, "value"),
        ({"value": {"$gt": 0}}, "value"),
        ({"occurred_at": "2026-01-31"}, "occurred_at"),
        ({"occurred_at": "2026-01-31T10:00:00"}, "occurred_at"),
        ({"occurred_at": 1700000000}, "occurred_at"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": None}, "idempotency_key"),
        ({"subscription_id": {"$ne": ""}}, "subscription_id"),
        ({"meter": "Big Key"}, "meter"),
        ({"counts_on": "2026-01-01"}, "counts_on"),
    ],
)
def test_an_event_that_makes_no_sense_is_422(
    admin: CheckedClient, subscription_id: str, change: dict[str, Any], field: str
) -> None:
    event = usage(subscription_id, "a", **change)
    alone = admin.post("/usage_events", event)
    assert alone.status_code == 422
    assert {error["field"] for error in alone.json["errors"]} == {field}
    second = admin.post("/usage_events", [usage(subscription_id, "b"), event])
    assert {error["field"] for error in second.json["errors"]} == {f"1.{field}"}
    assert stored() == 0


def test_a_batch_has_from_one_to_a_thousand_events(
    admin: CheckedClient, subscription_id: str
) -> None:
    assert admin.post("/usage_events", []).status_code == 422
    batch = [usage(subscription_id, str(n)) for n in range(MOST_EVENTS + 1)]
    many = admin.post("/usage_events", batch)
    assert many.json["errors"] == [{"field": "", "message": "must have at most 1000 entries"}]
    answer = admin.post("/usage_events", batch[:-1])
    assert (answer.status_code, answer.json["counted"]) == (200, MOST_EVENTS)
    assert admin.post("/usage_events", "calls").status_code == 422


def test_events_are_listed_by_what_they_are_of(admin: CheckedClient, subscription_id: str) -> None:
    other = create_subscription()
    admin.post("/meters", {**METER, "key": "users", "aggregation": "unique"})
    sent = [
        usage(subscription_id, "a"),
        usage(subscription_id, "b", meter="users", value="ann"),
        usage(other.id, "c"),
    ]
    admin.post("/usage_events", sent)

    def keys(query: str) -> list[str]:
        rows = admin.get(f"/usage_events?{query}").json["data"]
        return [row["idempotency_key"] for row in rows]

    assert keys("") == ["c", "b", "a"]
    assert keys("sort=created_at") == ["a", "b", "c"]
    assert keys(f"subscription_id={subscription_id}") == ["b", "a"]
    assert keys(f"customer_id={other.customer_id}") == ["c"]
    assert keys("meter=users") == ["b"]
    assert keys("idempotency_key=a") == ["a"]
    assert keys("late=true") == []
    assert len(keys("limit=2")) == 2
    assert admin.get("/usage_events?late=false").status_code == 422


def test_a_missing_event_or_meter_is_404(admin: CheckedClient) -> None:
    assert admin.get("/usage_events/use_nothing").json["code"] == "usage_event_not_found"
    assert admin.get("/meters/mtr_nothing").json["code"] == "meter_not_found"


def test_a_subscription_tells_its_usage_so_far(admin: CheckedClient, subscription_id: str) -> None:
    admin.post("/usage_events", [usage(subscription_id, k, value="2.5") for k in "abc"])
    shown = admin.get(f"/subscriptions/{subscription_id}").json
    answer = admin.get(f"/subscriptions/{subscription_id}/usage").json
    assert (answer["period_start"], answer["period_end"]) == (
        shown["current_period_start"],
        shown["current_period_end"],
    )
    counted = {"value": "7.5", "events": 3, "late_events": 0}
    told = {"meter": "calls", "name": "API calls", "unit": "calls", "aggregation": "sum"}
    assert answer["data"] == [{**told, **counted}]
    missing = admin.get("/subscriptions/sub_nothing/usage")
    assert missing.json["code"] == "subscription_not_found"


def test_a_customer_tells_what_it_may_use(
    admin: CheckedClient, speaking_as: Speaker, subscription_id: str
) -> None:
    admin.post("/usage_events", usage(subscription_id, "a", value=4))
    customer_id = admin.get(f"/subscriptions/{subscription_id}").json["customer_id"]
    path = f"/customers/{customer_id}/entitlements"
    answer = admin.get(path).json
    (found,) = answer["data"]
    assert (found["subscription_id"], found["in_force"]) == (subscription_id, True)
    assert found["features"] == [{"key": "sso", "name": "SSO", "enabled": True}]
    assert found["limits"] == [
        {"key": "calls", "limit": 10, "used": 4, "remaining": 6},
        {"key": "seats", "limit": 3, "used": None, "remaining": None},
        {"key": "projects", "limit": None, "used": None, "remaining": None},
    ]
    own = speaking_as("customer", customer_id=customer_id)
    assert own.get(path).json == answer
    assert own.get(f"/subscriptions/{subscription_id}/usage").status_code == 200
    assert admin.get(f"/customers/{create_customer().id}/entitlements").json["data"] == []
    missing = admin.get("/customers/cus_nothing/entitlements")
    assert missing.json["code"] == "customer_not_found"
