"""What is kept of a call of the API: who, what and how it ended, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from billing.api_calls.recorder import flush
from billing.database import Row
from billing.settings import Settings
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.api.checked_client import CheckedClient
from tests.api.factories import PASSWORD, create_user
from tests.api.oauth_program import Program

SECRET = "tops3cret"


@pytest.fixture(scope="module")
def logging_app(settings: Settings, connected_database: None) -> Flask:
    return create_app(settings.model_copy(update={"api_log": True}), connect=False)


@pytest.fixture
def calls(db: Any) -> Iterator[Calls]:
    flush()
    db.api_calls.delete_many({})
    yield Calls(db)
    flush()


class Calls:
    def __init__(self, db: Any) -> None:
        self._db = db

    def all(self) -> list[Row]:
        """Oldest first, without those that asked for the document to check answers against."""
        flush()
        return list(self._db.api_calls.find({"operation": {"$ne": "get_openapi"}}).sort("_id", 1))

    def only(self) -> Row:
        (found,) = self.all()
        return found


def test_a_call_is_kept_with_who_what_and_how_it_ended(
    logging_app: Flask, calls: Calls, tokens: Tokens
) -> None:
    user = create_user(name="Ada")
    ada = CheckedClient(logging_app, tokens.issue(user).access_token)
    ada.get("/customers?limit=1&created_at[gte]=2026-01-01", headers={"X-Request-Id": "order-66"})
    found = calls.only()
    assert found.pop("_id").startswith("call_")
    assert 0 < found.pop("milliseconds") < 60_000
    assert found.pop("at")
    assert found == {
        "method": "GET",
        "path": "/api/v1/customers",
        "query": ["limit", "created_at[gte]"],
        "operation": "list_customers",
        "status": 200,
        "status_class": 2,
        "request_id": "order-66",
        "address": "127.0.0.1",
        "actor": {"type": "user", "id": user.id, "name": "Ada"},
        "by": [user.id],
    }


def test_what_a_client_does_for_a_user_is_found_by_either(logging_app: Flask, calls: Calls) -> None:
    user, program = create_user(name="Ada"), Program(logging_app)
    token = program.exchange(program.code(user)).json["access_token"]
    CheckedClient(logging_app, token).get("/customers")
    asked, called = calls.all()
    assert (asked["path"], asked["operation"]) == ("/oauth/token", "oauth_server.token")
    assert called["actor"] == {"type": "user", "id": user.id, "name": "Ada"}
    assert sorted(called["by"]) == sorted([user.id, program.id])


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "operation"),
    [
        ("GET", "/api/v1/customers", None, 401, "list_customers"),
        ("GET", "/api/v1/customers", "wrong", 401, "list_customers"),
        ("GET", "/api/v1/nothing", None, 404, None),
        ("DELETE", "/api/v1/customers", None, 405, None),
        ("BREW", "/api/v1/customers", None, 405, None),
        ("GET", "/api/v1/\udcff\udcfe\x00", None, 404, None),
        ("GET", "/api/v1/" + "x" * 1000, None, 404, None),
    ],
)
def test_calls_of_nobody_are_kept_too(
    logging_app: Flask,
    calls: Calls,
    method: str,
    path: str,
    token: str | None,
    status: int,
    operation: str | None,
) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode("utf-8", "surrogateescape").decode("latin1"),
    }
    answer = logging_app.test_client().open("/", headers=headers, environ_overrides=environ)
    found = calls.only()
    assert (found["status"], found.get("operation")) == (answer.status_code, operation)
    assert answer.status_code == status
    assert found["method"] == (method if method != "BREW" else "OTHER")
    assert not {"actor", "by"} & found.keys()
    assert len(found["path"]) <= 400


def test_no_secret_is_kept_wherever_it_was_put(
    logging_app: Flask, calls: Calls, tokens: Tokens
) -> None:
    user = create_user()
    ada = CheckedClient(logging_app, tokens.issue(user).access_token)
    ada.post("/auth/login", {"email": user.email, "password": PASSWORD})
    ada.post("/auth/login", {"email": user.email, "password": SECRET})
    ada.post("/customers", {"name": SECRET, "email": "ada@example.com"})
    ada.get(f"/customers?q={SECRET}&{SECRET}=1&Bearer%20{SECRET}")
    ada.get("/me", headers={"Authorization": f"Bearer {SECRET}", "Cookie": SECRET})
    kept = repr(calls.all())
    assert len(calls.all()) == 5
    for secret in (SECRET, PASSWORD, user.email, ada.token):
        assert str(secret) not in kept


def test_what_went_beyond_a_limit_is_kept(settings: Settings, calls: Calls) -> None:
    few = {"api_log": True, "address_rate_limit": 1}
    client = create_app(settings.model_copy(update=few), connect=False).test_client()
    address = {"REMOTE_ADDR": "192.0.2.200"}
    told = [client.get("/api/v1/me", environ_base=address).status_code for _ in range(3)]
    assert [found["status"] for found in calls.all()] == told
    assert told[-1] == 429


def test_pages_are_no_calls_of_the_api(logging_app: Flask, calls: Calls) -> None:
    logging_app.test_client().get("/sign-in")
    assert calls.all() == []


def test_nothing_is_kept_where_the_log_is_off(app: Flask, calls: Calls) -> None:
    app.test_client().get("/api/v1/me")
    assert calls.all() == []


def test_the_log_out_of_order_changes_no_answer(
    logging_app: Flask, calls: Calls, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = CheckedClient(logging_app, tokens.issue(create_user()).access_token)

    def fail(_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("billing.api_calls.recorder.database", lambda: {}["nothing"])
    assert ada.get("/me").status_code == 200
    assert calls.all() == []
