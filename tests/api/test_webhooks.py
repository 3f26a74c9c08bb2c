"""Webhook endpoints over the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks import Webhook

from billing.database import database
from billing.webhooks import targets
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_plan, create_webhook_endpoint
from tests.billing.webhooks.receiver import Receiver, Reply, receiving

PUBLIC = "https://93.184.215.14/hooks"
NEW = {"url": PUBLIC, "event_types": ["invoice.*"]}
KEY = {"Idempotency-Key": "once"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    targets.allow_private(True)
    with receiving() as found:
        yield found
    targets.allow_private(False)


def test_nobody_sees_endpoints_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/webhook_endpoints").status_code == 401


@pytest.mark.parametrize("role", ["billing", "support", "viewer", "customer"])
def test_endpoints_are_for_admins_only(speaking_as: Speaker, role: str) -> None:
    owner = {"customer_id": create_customer().id} if role == "customer" else {}
    client = speaking_as(role, **owner)
    endpoint = create_webhook_endpoint()
    for path in ("", f"/{endpoint.id}", f"/{endpoint.id}/deliveries"):
        assert client.get(f"/webhook_endpoints{path}").status_code == 403
    assert client.post("/webhook_endpoints", NEW).status_code == 403


def test_a_new_endpoint_tells_its_secret_once(admin: CheckedClient) -> None:
    made = admin.post("/webhook_endpoints", NEW)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    assert made.json["created_by"]["id"] == admin.get("/me").json["id"]
    path = f"/webhook_endpoints/{made.json['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    shown = admin.get(path).json
    assert shown == {name: value for name, value in made.json.items() if name != "secret"}
    listed = admin.get("/webhook_endpoints").json["data"]
    assert listed == [shown]


def test_the_answer_that_tells_a_secret_is_given_again_and_kept_sealed(
    admin: CheckedClient,
) -> None:
    first = admin.post("/webhook_endpoints", NEW, headers=KEY)
    again = admin.post("/webhook_endpoints", NEW, headers=KEY)
    assert again.data == first.data
    db = database()
    everything = str([list(db[name].find()) for name in db.list_collection_names()])
    assert first.json["secret"] not in everything


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"url": "http://127.0.0.1/"}, "webhook_url_refused", "url"),
        ({"url": "https://user:pw@example.com/"}, "webhook_url_refused", "url"),
        ({"url": "ftp://example.com/"}, "invalid", "url"),
        ({"url": None}, "invalid", "url"),
        ({"event_types": ["invoice.payed"]}, "invalid", "event_types"),
        ({"event_types": []}, "invalid", "event_types"),
        ({"secret": "whsec_x"}, "invalid", "secret"),
        ({"status": "paused"}, "invalid", "status"),
    ],
)
def test_what_makes_no_sense_is_422_and_named(
    admin: CheckedClient, change: dict[str, Any], code: str, field: str
) -> None:
    answer = admin.post("/webhook_endpoints", {**NEW, **change})
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_endpoint_is_replaced_changed_and_deleted(admin: CheckedClient) -> None:
    path = f"/webhook_endpoints/{create_webhook_endpoint(description='Old').id}"
    put = admin.put(path, {**NEW, "status": "disabled"}, if_match='"1"')
    assert (put.json["event_types"], put.json["description"]) == (["invoice.*"], None)
    patched = admin.patch(path, {"status": "enabled", "metadata": {"team": "x"}})
    assert (patched.json["status"], patched.json["url"]) == ("enabled", PUBLIC)
    assert admin.put(path, NEW, if_match='"1"').status_code == 412
    assert admin.delete(path).status_code == 204
    assert admin.get(path).json["code"] == "webhook_endpoint_not_found"
    assert admin.get("/webhook_endpoints?status=enabled").json["data"] == []


def test_a_rotated_secret_verifies_beside_the_old_one(
    admin: CheckedClient, receiver: Receiver
) -> None:
    made = admin.post("/webhook_endpoints", {"url": receiver.url, "event_types": ["*"]}).json
    path = f"/webhook_endpoints/{made['id']}"
    rotated = admin.post(f"{path}/rotate_secret", {"overlap_hours": 1}).json
    ends = [secret["expires_at"] is None for secret in rotated["secrets"]]
    assert ends == [True, False]
    assert admin.post(f"{path}/test").json["status"] == "delivered"
    (got,) = receiver.got
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(got.body, got.headers)


def test_a_test_answers_with_what_came_of_it(admin: CheckedClient, receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(503, body=b"later")
    endpoint = create_webhook_endpoint(url=receiver.url)
    answer = admin.post(f"/webhook_endpoints/{endpoint.id}/test", headers=KEY)
    again = admin.post(f"/webhook_endpoints/{endpoint.id}/test", headers=KEY)
    assert again.data == answer.data
    assert len(receiver.got) == 1
    assert answer.json["status"] == "failed"
    (attempt,) = answer.json["attempts"]
    assert (attempt["status"], attempt["response"]) == (503, "later")
    assert answer.json["body"] == receiver.got[0].body.decode()
    path = f"/webhook_endpoints/{endpoint.id}/deliveries"
    assert admin.get(f"{path}/{answer.json['id']}").json == answer.json
    event = admin.get(f"/events/{answer.json['event_id']}").json
    assert receiver.got[0].event == event


def test_deliveries_are_listed_and_replayed(admin: CheckedClient) -> None:
    endpoint = create_webhook_endpoint(event_types=["plan.*", "customer.*"])
    create_plan()
    create_customer()
    admin.get("/events?after=0")  # which fills the outbox, too
    path = f"/webhook_endpoints/{endpoint.id}"
    rows = admin.get(f"{path}/deliveries").json["data"]
    assert [row["event_type"] for row in rows] == ["customer.created", "plan.created"]
    assert {row["status"] for row in rows} == {"pending"}
    assert "body" not in rows[0]
    (plan,) = admin.get(f"{path}/deliveries?event_type=plan.created").json["data"]
    assert admin.get(f"{path}/deliveries?status=failed").json["data"] == []
    database().webhook_deliveries.update_many(
        {}, {"$set": {"status": "failed"}, "$unset": {"place": 1}}
    )
    one = admin.post(f"{path}/deliveries/{plan['id']}/replay").json
    assert (one["id"], one["status"]) == (plan["id"], "pending")
    assert admin.post(f"{path}/replay", {"failed": True}).json == (
        {"deliveries": 1, "has_more": False}
    )
    last = max(row["seq"] for row in rows)
    again = admin.post(f"{path}/replay", {"from_seq": 1, "to_seq": last}).json
    assert again["deliveries"] == 0, "all of them are pending already"


@pytest.mark.parametrize(
    "body", [{}, {"from_seq": 1}, {"from_seq": 3, "to_seq": 1}, {"failed": False}]
)
def test_what_to_replay_must_be_clear(admin: CheckedClient, body: dict[str, Any]) -> None:
    path = f"/webhook_endpoints/{create_webhook_endpoint().id}/replay"
    assert admin.post(path, body).status_code == 422


def test_nothing_is_replayed_to_a_disabled_endpoint(admin: CheckedClient) -> None:
    path = f"/webhook_endpoints/{create_webhook_endpoint(status='disabled').id}"
    answer = admin.post(f"{path}/replay", {"failed": True})
    assert (answer.status_code, answer.json["code"]) == (409, "webhook_endpoint_disabled")
    missing = admin.post(f"{path}/deliveries/whd_{'0' * 26}/replay")
    assert missing.status_code == 409
    other = f"/webhook_endpoints/{create_webhook_endpoint().id}/deliveries/whd_{'0' * 26}"
    assert admin.get(other).json["code"] == "webhook_delivery_not_found"


def test_a_list_of_endpoints_tells_which_fail(admin: CheckedClient) -> None:
    endpoint = create_webhook_endpoint()
    database().webhook_lanes.update_one(
        {"_id": endpoint.id}, [{"$set": {"failures": 4, "failing_since": "$$NOW"}}]
    )
    (row,) = admin.get("/webhook_endpoints").json["data"]
    assert row["failures"] == 4
    assert row["failing_since"]
