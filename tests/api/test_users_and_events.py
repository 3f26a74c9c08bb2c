"""Users and the audit trail over the API."""

from __future__ import annotations

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import PASSWORD, create_customer, create_invoice, create_user

GRACE = {"email": "grace@example.com", "name": "Grace", "role": "viewer", "password": PASSWORD}


def test_nobody_sees_users_or_events_without_a_token(anonymous: CheckedClient) -> None:
    for path in ("/users", "/events"):
        assert anonymous.get(path).status_code == 401


@pytest.mark.parametrize("role", ["billing", "support", "viewer"])
def test_users_are_for_admins_only(speaking_as: Speaker, role: str) -> None:
    client = speaking_as(role)
    assert client.get("/users").status_code == 403
    answer = client.post("/users", {**GRACE, "role": "admin"})
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert "write:users" in answer.json["detail"]
    assert database().users.count_documents({"email": GRACE["email"]}) == 0


def test_a_customers_user_sees_neither_users_nor_events(stranger: CheckedClient) -> None:
    assert stranger.get("/users").status_code == 403
    assert stranger.get("/events").status_code == 403


def test_a_user_is_created_without_telling_the_password(admin: CheckedClient) -> None:
    answer = admin.post("/users", GRACE)
    assert answer.status_code == 201
    assert "password" not in answer.text
    assert admin.get(f"/users/{answer.json['id']}").json == answer.json
    stored = database().users.find_one({"_id": answer.json["id"]})
    assert stored["password_hash"].startswith("$argon2id$")
    assert "argon2" not in admin.get("/users").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"email": "nowhere"}, "email"),
        ({"role": "god"}, "role"),
        ({"role": "customer"}, ""),
        ({"customer_id": f"cus_{'0' * 26}"}, ""),
        ({"scopes": ["write:users"]}, "scopes"),
        ({"password_hash": "x"}, "password_hash"),
        ({"session_version": 1}, "session_version"),
    ],
)
def test_a_user_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/users", {**GRACE, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_an_email_is_taken_once(admin: CheckedClient) -> None:
    admin.post("/users", GRACE)
    answer = admin.post("/users", {**GRACE, "email": "Grace@Example.com"})
    assert (answer.status_code, answer.json["code"]) == (409, "email_taken")


def test_the_last_admin_stays(admin: CheckedClient) -> None:
    me = admin.get("/me").json["id"]
    answer = admin.patch(f"/users/{me}", {"role": "viewer"})
    assert (answer.status_code, answer.json["code"]) == (409, "last_admin")


def test_put_without_a_password_keeps_the_present_one(
    admin: CheckedClient, anonymous: CheckedClient
) -> None:
    user = create_user(role="viewer")
    body = {"email": user.email, "name": "New name", "role": "viewer"}
    assert admin.put(f"/users/{user.id}", body).json["name"] == "New name"
    login = {"email": user.email, "password": PASSWORD}
    assert anonymous.post("/auth/login", login).status_code == 200


def test_disabling_ends_the_users_tokens(admin: CheckedClient, speaking_as: Speaker) -> None:
    other = speaking_as("viewer")
    user_id = other.get("/me").json["id"]
    assert admin.patch(f"/users/{user_id}", {"status": "disabled"}).status_code == 200
    assert other.get("/me").status_code == 401


def test_lists_of_users_filter(admin: CheckedClient) -> None:
    grace = create_user(name="Grace Hopper", role="support", status="disabled")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/users?{query}").json["data"]]

    for query in ("role=support", "status=disabled", "q=hop"):
        assert ids(query) == [grace.id]


def test_a_missing_user_or_event_is_404(admin: CheckedClient) -> None:
    assert admin.get("/users/usr_nobody").json["code"] == "user_not_found"
    assert admin.get("/events/evt_nothing").json["code"] == "event_not_found"


def test_a_write_leaves_an_event_that_says_who_and_what(admin: CheckedClient) -> None:
    header = {"X-Request-Id": "trace-me"}
    body = {"name": "Ada", "email": "ada@example.com"}
    customer = admin.post("/customers", body, headers=header).json
    admin.patch(f"/customers/{customer['id']}", {"name": "Ada Lovelace"})
    rows = admin.get(f"/events?object_id={customer['id']}").json["data"]
    assert [row["type"] for row in rows] == ["customer.updated", "customer.created"]
    assert rows[0]["changes"]["name"] == ["Ada", "Ada Lovelace"]
    assert rows[1]["request_id"] == "trace-me"
    assert rows[1]["actor"]["id"] == admin.get("/me").json["id"]
    assert admin.get(f"/events/{rows[0]['id']}").json == rows[0]


def test_lists_of_events_filter(admin: CheckedClient) -> None:
    me = admin.get("/me").json["id"]
    customer = admin.post("/customers", {"name": "A", "email": "a@example.com"}).json
    invoice = create_invoice()
    create_customer()

    def objects(query: str) -> set[str]:
        return {row["object_id"] for row in admin.get(f"/events?{query}").json["data"]}

    assert objects(f"actor_id={me}") == {customer["id"]}
    assert objects("type=invoice.finalized") == {invoice.id}
    assert objects(f"customer_id={invoice.customer_id}") == {invoice.id, invoice.customer_id}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_events_cannot_be_written(admin: CheckedClient, method: str) -> None:
    assert admin.request(method, "/events", json={}).status_code == 405
