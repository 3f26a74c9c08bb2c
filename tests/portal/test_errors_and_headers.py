"""What goes wrong is a page of ours; what is served is closed to others."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError

from billing.settings import Settings
from portal.app import create_app
from tests.portal.page_client import PageClient


def test_an_unknown_address_is_a_page(anonymous: PageClient, admin: PageClient) -> None:
    assert anonymous.get("/nowhere").title == "Page not found"
    assert "/customers" in admin.get("/nowhere").links()


def test_a_wrong_method_says_which_are_right(anonymous: PageClient) -> None:
    seen = anonymous.get("/sign-out")
    assert seen.status == 405
    assert "POST" in seen.headers["Allow"]


def test_too_large_a_form_is_refused(anonymous: PageClient) -> None:
    seen = anonymous.post("/sign-in", {"email": "x" * 1_100_000})
    assert seen.status == 413
    assert seen.title == "That is too large"


def test_a_database_that_is_away_is_a_503(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ServerSelectionTimeoutError("127.0.0.1:1 refused")

    monkeypatch.setattr("portal.dashboard.views.overview", away)
    seen = admin.get("/")
    assert seen.status == 503
    assert seen.headers["Retry-After"] == "5"
    assert "refused" not in seen.html


def test_the_unexpected_tells_the_reader_a_number_and_nothing_else(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("portal.dashboard.views.overview", broken)
    seen = admin.get("/", headers={"X-Request-Id": "abc-123"})
    assert seen.status == 500
    assert "abc-123" in seen.text
    assert "secret detail" not in seen.html


def test_static_files_are_kept_for_ever_by_their_content(anonymous: PageClient) -> None:
    page = anonymous.get("/sign-in")
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', page.html)
    assert address is not None
    kept = anonymous.get(address[1]).headers
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert anonymous.get("/static/app.css").headers["Cache-Control"] == "no-cache"
    of_another_version = anonymous.get("/static/app.css?v=0123456789ab").headers
    assert of_another_version["Cache-Control"] == "no-cache"
    assert anonymous.get("/static/../wsgi.py").status == 404


def test_secure_cookies_and_transport_in_production(settings: Settings, db: object) -> None:
    strict = settings.model_copy(update={"session_cookie_secure": True})
    client = create_app(strict, connect=False).test_client()
    answer = client.get("/sign-in", base_url="https://localhost")
    told = answer.headers["Strict-Transport-Security"]
    assert told == "max-age=63072000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-duebill=")
    assert "Secure" in cookie


def test_addresses_of_clients_come_from_trusted_proxies_only(
    app: Flask, settings: Settings, db: object
) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9"}
    behind = create_app(settings.model_copy(update={"trusted_proxies": 1}), connect=False)
    for application, expected in ((app, "127.0.0.1"), (behind, "203.0.113.9")):
        with application.test_client() as client:
            client.get("/sign-in", headers=forged)
            from flask import request

            assert request.remote_addr == expected


def test_static_files_travel_compressed_to_those_who_take_it(app: Flask) -> None:
    path = "/static/vendor/tabler.min.css"
    with app.test_client() as client:
        plain = client.get(path)
        small = client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) < len(plain.data) / 5
        known = {"If-None-Match": small.headers["ETag"], "Accept-Encoding": "gzip"}
        same = client.get(path, headers=known)
        assert same.status_code == 304
        for answer in (plain, small, same):
            answer.close()
