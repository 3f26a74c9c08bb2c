"""How often the API may be asked, and what its answers say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from pymongo.errors import AutoReconnect
from werkzeug.test import TestResponse

from billing import clock
from billing.settings import Settings
from billing.users.tokens import Tokens
from portal.app import create_app
from tests.api.checked_client import CheckedClient
from tests.api.factories import PASSWORD, create_user
from tests.api.oauth_program import Program

API, ADDRESS, TOKEN = 6, 5, 3
_minutes = count()


@pytest.fixture(scope="module")
def limited(settings: Settings, connected_database: None) -> Flask:
    few = {"api_rate_limit": API, "address_rate_limit": ADDRESS, "token_rate_limit": TOKEN}
    return create_app(settings.model_copy(update=few), connect=False)


@pytest.fixture
def minute() -> Iterator[datetime]:
    """The time stands at 20 s past a minute that no other test counts in."""
    now = datetime.now(UTC).replace(second=20) + timedelta(days=1, minutes=next(_minutes))
    with clock.frozen(now):
        yield now


@pytest.fixture
def user(limited: Flask, db: Any, minute: datetime, tokens: Tokens) -> CheckedClient:
    return CheckedClient(limited, tokens.issue(create_user()).access_token)


def standing(answer: TestResponse) -> tuple[int, int, int]:
    headers = answer.headers
    assert headers["RateLimit-Policy"] == f"{headers['RateLimit-Limit']};w=60"
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    limit, remaining, reset = (int(headers[name]) for name in names)
    return limit, remaining, reset


def statuses(times: int, ask: Callable[[], TestResponse]) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_each_answer_tells_where_its_user_stands(user: CheckedClient) -> None:
    assert standing(user.get("/me")) == (API, API - 1, 40)
    assert standing(user.get("/customers/none")) == (API, API - 2, 40)
    assert standing(user.post("/customers", {})) == (API, API - 3, 40)


def test_beyond_the_limit_nothing_is_done_until_the_next_minute(
    user: CheckedClient, minute: datetime
) -> None:
    ada = {"name": "Ada", "email": "ada@example.com"}
    assert statuses(API, lambda: user.get("/me")) == [200] * API
    refused = user.post("/customers", ada)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "40"
    assert standing(refused) == (API, 0, 40)
    with clock.frozen(minute + timedelta(seconds=40)):
        assert user.get("/customers").json["total"] == 0
        assert user.post("/customers", ada).status_code == 201


def test_all_tokens_of_a_user_are_counted_together_and_another_user_apart(
    limited: Flask, db: Any, minute: datetime, tokens: Tokens
) -> None:
    ada, eve = create_user(), create_user()
    first, second, other = (
        CheckedClient(limited, tokens.issue(who).access_token) for who in (ada, ada, eve)
    )
    assert standing(first.get("/me"))[1] == API - 1
    assert standing(second.get("/me"))[1] == API - 2
    assert standing(other.get("/me"))[1] == API - 1


def test_a_client_has_its_own_limit_over_all_it_does(
    limited: Flask, db: Any, minute: datetime
) -> None:
    program = Program(limited, rate_limit=2)
    itself = program.own_token(scope="read:customers").json["access_token"]
    for_ada = program.exchange(program.code(create_user())).json["access_token"]
    asked = [CheckedClient(limited, token).get("/me") for token in (itself, for_ada, itself)]
    assert [answer.status_code for answer in asked] == [200, 200, 429]
    assert [standing(answer) for answer in asked] == [(2, 1, 40), (2, 0, 40), (2, 0, 40)]


def test_asking_for_tokens_of_oauth_is_an_attempt_to_get_in(
    limited: Flask, db: Any, minute: datetime
) -> None:
    program = Program(limited)
    assert statuses(TOKEN, program.own_token) == [200] * TOKEN
    refused = program.own_token()
    assert (refused.status_code, refused.json["error"]) == (429, "temporarily_unavailable")
    assert refused.headers["Retry-After"] == "40"
    assert standing(refused) == (TOKEN, 0, 40)


def test_a_users_limit_does_not_depend_on_the_address(user: CheckedClient) -> None:
    for n in range(API):
        assert user.get("/me", environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}).status_code == 200
    assert user.get("/me", environ_base={"REMOTE_ADDR": "192.0.2.99"}).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/api/v1/customers", 401),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api", 404),
        ("DELETE", "/api/v1/customers", 405),
        ("OPTIONS", "/api/v1/customers", 200),
        ("HEAD", "/api/v1/openapi.json", 200),
    ],
)
def test_who_shows_no_token_is_counted_by_address(
    limited: Flask, db: Any, minute: datetime, method: str, path: str, status: int
) -> None:
    client = limited.test_client()
    for left in range(ADDRESS - 1, -1, -1):
        answer = client.open(path, method=method)
        assert (answer.status_code, standing(answer)) == (status, (ADDRESS, left, 40))
    refused = client.open(path, method=method)
    assert (refused.status_code, standing(refused)) == (429, (ADDRESS, 0, 40))
    assert refused.content_type == "application/problem+json"
    assert refused.headers["Retry-After"] == "40"
    elsewhere = client.open(path, method=method, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert elsewhere.status_code == status


def test_the_database_away_is_503_and_says_so_however_often(
    user: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise AutoReconnect("gone")

    monkeypatch.setattr("billing.users.families.get_live_family", fail)
    for _ in range(ADDRESS + 2):
        answer = user.get("/me")
        assert answer.status_code == 503
        assert standing(answer)[0] == ADDRESS


def test_guessing_tokens_locks_the_address_out_for_good_ones_too(
    limited: Flask, user: CheckedClient, minute: datetime
) -> None:
    guesser = CheckedClient(limited, f"{user.token}x")
    assert statuses(ADDRESS, lambda: guesser.get("/me")) == [401] * ADDRESS
    assert user.get("/me").status_code == 200
    assert guesser.get("/me").status_code == 429
    assert user.get("/me").status_code == 429, "or a guess would be told that it is right"
    assert user.get("/me", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    with clock.frozen(minute + timedelta(seconds=40)):
        assert user.get("/me").status_code == 200


def test_whoever_shows_no_token_keeps_nobody_else_out(limited: Flask, user: CheckedClient) -> None:
    anonymous = CheckedClient(limited)
    assert statuses(ADDRESS + 1, lambda: anonymous.get("/me"))[-1] == 429
    assert user.get("/me").status_code == 200


def test_attempts_at_a_token_are_few_for_an_address_whatever_the_account(
    limited: Flask, db: Any, minute: datetime
) -> None:
    user, client = create_user(), CheckedClient(limited)
    for n in range(TOKEN - 1):
        wrong = {"email": f"u{n}@example.com", "password": "x"}
        answer = client.post("/auth/login", wrong)
        assert (answer.status_code, standing(answer)[0]) == (401, TOKEN)
    assert client.post("/auth/refresh", {"refresh_token": "x"}).status_code == 401
    right = {"email": user.email, "password": PASSWORD}
    refused = client.post("/auth/login", right)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    elsewhere = client.post("/auth/login", right, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert elsewhere.status_code == 200


@pytest.mark.parametrize(("trusted", "counted"), [(1, "by the sender"), (0, "by the connection")])
def test_behind_a_proxy_the_sender_is_counted_and_only_there(
    settings: Settings, db: Any, minute: datetime, trusted: int, counted: str
) -> None:
    few = {"address_rate_limit": 1, "trusted_proxies": trusted}
    client = create_app(settings.model_copy(update=few), connect=False).test_client()

    def ask(sender: str) -> int:
        headers = {"X-Forwarded-For": sender}
        return client.get("/api/v1/openapi.json", headers=headers).status_code

    found = [ask("192.0.2.1"), ask("192.0.2.2"), ask("192.0.2.1")]
    assert found == ([200, 200, 429] if counted == "by the sender" else [200, 429, 429])
