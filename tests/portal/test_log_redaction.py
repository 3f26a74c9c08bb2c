"""The log tells who did what and what went wrong, and nothing that is secret or personal."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from billing.database import database
from portal.redaction import without_secrets
from portal.telemetry import JsonFormatter
from tests.factories import PASSWORD, create_customer, create_told_client, create_user
from tests.mailbox import link_to
from tests.portal.page_client import PageClient

EMAIL = "ludmilla@private.example"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, down to the least, as the portal writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root, quiet = logging.getLogger(), logging.getLogger("pymongo")
    before = root.level, quiet.level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    quiet.setLevel("WARNING")  # as portal.telemetry configures it
    yield written
    root.removeHandler(handler)
    root.setLevel(before[0])
    quiet.setLevel(before[1])


def sign_in(app: Flask, **values: str) -> dict[str, str]:
    answer = app.test_client().post("/api/v1/auth/login", json={"email": EMAIL, **values})
    found: dict[str, str] = answer.get_json()
    return found


def test_no_secret_and_nobody_is_in_the_log_of_any_request(
    app: Flask, anonymous: PageClient, log: io.StringIO
) -> None:
    user = create_user(email=EMAIL, name="Ludmilla Ogorzelska")
    create_customer(name="Ludmilla Ogorzelska", email=EMAIL)
    anonymous.submit("/sign-in", email=EMAIL, password="wrong-secret-word")
    anonymous.submit("/sign-in/forgotten", email=EMAIL)
    link = link_to(EMAIL)
    anonymous.get(link)
    anonymous.get(f"{link}/nothing-here")
    anonymous.submit("/sign-in/forgotten", email="nobody@private.example")
    anonymous.sign_in(user)
    anonymous.get(f"/customers?q={EMAIL}")
    anonymous.submit("/profile/confirm", secret="wrong-secret-word")
    anonymous.submit("/profile", current_password="wrong-secret-word", new_password="another one!")
    anonymous.submit("/customers/new", name="", email="ludmilla@")
    sign_in(app, password="wrong-secret-word")
    pair = sign_in(app, password=PASSWORD)
    api = app.test_client()
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    api.get(f"/api/v1/customers?email={EMAIL}", headers=bearer)
    api.get("/api/v1/customers", headers={"Authorization": f"Bearer {pair['access_token']}x"})
    api.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    api.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    told = create_told_client()
    form = {"grant_type": "client_credentials", "client_id": told.client.id}
    api.post("/oauth/token", data={**form, "client_secret": f"{told.secret}x"})
    api.post("/oauth/token", data={**form, "client_secret": told.secret})
    lines = log.getvalue()
    assert len(lines.splitlines()) > 25
    assert "/customers" in lines
    secrets = (PASSWORD, "wrong-secret-word", link.rpartition("/")[2], told.secret or "-")
    personal = (EMAIL, "private.example", "Ludmilla", "Ogorzelska")
    tokens = (pair["access_token"], pair["refresh_token"])
    for text in (*secrets, *personal, *tokens, "another one!"):
        assert text not in lines, text


def test_neither_is_what_an_unexpected_error_says(
    app: Flask, admin: PageClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"_id": "usr_1", "email": EMAIL}
    database().users.insert_one(row)

    def breaks() -> None:
        database().users.insert_one({**row, "_id": "usr_2"})

    monkeypatch.setattr("portal.customers.views.respond", lambda *_, **__: breaks())
    assert admin.get("/customers").status == 500
    lines = log.getvalue()
    assert "DuplicateKeyError" in lines
    assert EMAIL not in lines
    for line in lines.splitlines():
        json.loads(line)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer (hidden)"),
        ("mongodb://duebill:hunter2@db/x", "mongodb://duebill:(hidden)@db/x"),
        ("redis://:hunter2@cache", "redis://:(hidden)@cache"),
        ("{'password': 'hunter 2', 'a': 1}", "{'password': (hidden), 'a': 1}"),
        ("token=abc&next=/", "token=(hidden)&next=/"),
        ("client_secret=dbs_abcdefghij", "client_secret=(hidden)"),
        ("whsec_QUJDREVGRw==", "whsec_(hidden)"),
        ("GET /sign-in/link/AbC123 404", "GET /sign-in/link/(hidden) 404"),
        ('dup key: { email: "ada@example.com" }', 'dup key: { email: "(email)" }'),
        ("Worker wrk_1 begins", "Worker wrk_1 begins"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(said: str, left: str) -> None:
    assert without_secrets(said) == left
