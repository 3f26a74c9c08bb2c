"""Two instances on one database: what one has done, the other knows by the time it is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from billing import keeping
from billing.settings import Settings
from billing.users.tokens import Tokens
from tests.api.conftest import Speaker
from tests.api.factories import create_user

ROOT = Path(__file__).resolve().parent.parent.parent
CUSTOMER = {"name": "Ada Lovelace", "email": "ada@example.com"}

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def other(settings: Settings) -> Iterator[Ask]:
    """Asks the other instance: method, path, token, body."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "MONGODB_URI": str(settings.mongodb_uri),
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
        "JWT_SECRET": settings.jwt_secret,
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
