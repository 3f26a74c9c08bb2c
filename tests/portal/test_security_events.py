"""Refusals of pages and API are security events: who asked for what, and nothing that was typed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.factories import PASSWORD, create_client, create_told_client, create_user
from tests.portal.page_client import PageClient

Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    caplog.set_level(logging.WARNING, "duebill.security")

    def fields() -> list[dict[str, Any]]:
        lines = [record for record in caplog.records if record.name == "duebill.security"]
        return [line.fields for line in lines]  # type: ignore[attr-defined]

    return fields


def test_what_was_refused_is_a_line_with_who_asked(app: Flask, db: object, told: Told) -> None:
    user = create_user(role="viewer")
    browser = PageClient(app).sign_in(user)
    assert browser.get("/users").status == 403
    line = told()[-1]
    assert (line["event"], line["code"]) == ("request.refused", "missing_scope")
    assert (line["actor_id"], line["route"], line["ip"]) == (user.id, "/users", "127.0.0.1")


def test_so_it_is_at_the_api(app: Flask, db: object, told: Told) -> None:
    user, api = create_user(role="viewer"), app.test_client()
    login = {"email": user.email, "password": PASSWORD}
    pair = api.post("/api/v1/auth/login", json=login).get_json()
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    assert api.get("/api/v1/users", headers=bearer).status_code == 403
    assert api.get("/api/v1/users", headers={"Authorization": "Bearer x"}).status_code == 401
    refused, forged = told()[-2:]
    assert (refused["code"], refused["actor_id"]) == ("missing_scope", user.id)
    assert (forged["code"], forged.get("actor_id")) == ("invalid_token", None)
    assert pair["access_token"] not in str(told())


def test_a_form_without_its_token_is_a_line(admin: PageClient, told: Told) -> None:
    assert admin.post("/customers/new", {"name": "Ludmilla"}).status == 400
    line = told()[-1]
    assert (line["event"], line["route"]) == ("form.refused", "/customers/new")
    assert "Ludmilla" not in str(line)


def test_a_client_that_shows_a_wrong_secret_is_a_line(app: Flask, db: object, told: Told) -> None:
    client, other = create_told_client(), create_client()
    form = {"grant_type": "client_credentials", "client_id": other.id}
    answer = app.test_client().post("/oauth/token", data={**form, "client_secret": client.secret})
    assert answer.status_code == 401
    assert (told()[-1]["event"], told()[-1]["reason"]) == ("client.refused", "invalid_client")
    assert client.secret
    assert client.secret not in str(told())
