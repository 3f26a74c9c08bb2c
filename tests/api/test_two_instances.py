"""Two instances on one database: what one has done, the other knows by the time it is done.

The other one has a Redis for its copies, which is slow, dead and back as it likes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from billing import clock, keeping
from billing.changes.cancel import cancel_subscription
from billing.payments.pay_invoice import pay_invoice
from billing.reports.figures import OVERVIEW
from billing.settings import Settings
from billing.subscriptions.inputs import CancelSubscription
from billing.users.tokens import Tokens
from tests.api.conftest import Speaker
from tests.api.factories import create_user
from tests.factories import create_invoice, create_plan, create_subscription
from tests.redis_server import RedisServer, redis_server

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTOMER = {"name": "Ada Lovelace", "email": "ada@example.com"}

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(scope="module")
def other(settings: Settings, redis: RedisServer) -> Iterator[Ask]:
    """Asks the other instance: method, path, token, body."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "MONGODB_URI": str(settings.mongodb_uri),
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
        "JWT_SECRET": settings.jwt_secret,
        "REDIS_URL": redis.url,
        "API_LOG": "false",
        "LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "tests.api.another_instance"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(method: str, path: str, token: str, body: Any = None) -> tuple[int, Any]:
            print(json.dumps([method, path, token, body]), file=process.stdin, flush=True)
            assert process.stdout
            status, answer = json.loads(process.stdout.readline())
            return status, answer

        yield ask
        process.stdin.close()


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes something waits, here too."""
    monkeypatch.setattr(keeping, "WAIT_SECONDS", keeping.LEASE_SECONDS * 1.1)


def test_a_token_that_one_instance_ends_is_dead_at_the_other(
    speaking_as: Speaker, tokens: Tokens, other: Ask
) -> None:
    for _ in range(3):
        admin = speaking_as("admin")
        assert admin.token
        assert other("GET", "/me", admin.token)[0] == 200
        assert admin.post("/auth/logout").status_code == 204
        assert other("GET", "/me", admin.token)[0] == 401


def test_a_user_who_is_disabled_at_one_instance_is_nobody_at_the_other(
    speaking_as: Speaker, tokens: Tokens, other: Ask
) -> None:
    admin, user = speaking_as("admin"), create_user(role="viewer")
    token = tokens.issue(user).access_token
    assert other("GET", "/me", token)[0] == 200
    assert admin.patch(f"/users/{user.id}", {"status": "disabled"}).status_code == 200
    assert other("GET", "/me", token)[0] == 401


def test_settings_that_one_instance_saves_hold_at_the_other(
    speaking_as: Speaker, other: Ask
) -> None:
    admin = speaking_as("admin")
    for days in (30, 7, 21):
        other("POST", "/customers", str(admin.token), CUSTOMER)
        assert admin.patch("/settings", {"payment_terms_days": days}).status_code == 200
        status, customer = other("POST", "/customers", str(admin.token), CUSTOMER)
        assert (status, customer["preferences"]["payment_terms_days"]) == (201, days)


def test_a_plan_that_one_instance_changes_is_so_at_the_other(
    speaking_as: Speaker, other: Ask
) -> None:
    admin, plan = speaking_as("admin"), f"/plans/{create_plan().id}"
    for price in (700, 800):
        other("GET", plan, str(admin.token))
        assert admin.patch(plan, {"price": price}).status_code == 200
        assert other("GET", plan, str(admin.token))[1]["price"] == price
    assert admin.post(f"{plan}/archive").status_code == 200
    assert other("GET", plan, str(admin.token))[1]["status"] == "archived"


def test_what_a_customer_may_use_changes_at_the_other_with_plan_and_subscription(
    speaking_as: Speaker, other: Ask
) -> None:
    admin = speaking_as("admin")
    small, large = create_plan(limits={"seats": 3}), create_plan(limits={"seats": 50})
    subscription = create_subscription(plan=small)
    address = f"/customers/{subscription.customer_id}/entitlements"

    def seats() -> list[int]:
        status, page = other("GET", address, str(admin.token))
        assert status == 200
        return [limit["limit"] for found in page["data"] for limit in found["limits"]]

    assert seats() == [3]
    assert admin.patch(f"/plans/{small.id}", {"limits": {"seats": 5}}).status_code == 200
    assert seats() == [5]
    its = f"/subscriptions/{subscription.id}"
    assert admin.patch(its, {"plan_id": large.id}).status_code == 200
    assert seats() == [50]
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    assert seats() == []


def test_the_figures_are_right_at_the_other_whatever_redis_does(
    speaking_as: Speaker, other: Ask, redis: RedisServer
) -> None:
    speaking_as("admin")

    def write_and_look() -> None:
        """A copy of what was before is in Redis, where Redis is there."""
        other("SUMS", "", "")
        pay_invoice(create_invoice().id)
        took, found = other("SUMS", "", "")
        assert found == OVERVIEW.add_up(clock.today(), None)
        assert took < 5, "whoever asks does not wait for a Redis that does not answer"

    def until_redis_is_used_again() -> None:
        before, end = copies_in(redis), time.monotonic() + 60
        while copies_in(redis) == before:
            assert time.monotonic() < end
            other("SUMS", "", "")

    write_and_look()
    with redis.frozen():
        write_and_look()
    until_redis_is_used_again()  # with all that was true before
    write_and_look()
    redis.kill()
    write_and_look()
    redis.start()  # empty
    until_redis_is_used_again()
    write_and_look()


def copies_in(redis: RedisServer) -> int:
    with Redis.from_url(redis.url) as client:
        return len(client.keys("duebill:copies:overview:1:*"))
