"""A person lets a program act for them, in a real browser that holds pages to their policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import sign_in
from tests.factories import PASSWORD, create_client, create_user


class Callback(BaseHTTPRequestHandler):
    """The program's own address, another origin than the portal's."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Back</title><h1>Back at the program</h1>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def callback() -> Iterator[str]:
    # A browser may open a connection and say nothing on it: nobody else waits behind that.
    server = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/back"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str, db: Any) -> Iterator[Page]:
    """Without the watch over foreign requests: here one is the point."""
    context = browser.new_context(base_url=address)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def asking(callback: str, **changes: str) -> str:
    client = create_client(
        name="Harbour CRM", grant_types=["authorization_code"], redirect_uris=[callback]
    )
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": callback,
        "state": "xyz",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        **changes,
    }
    return f"/oauth/authorize?{urlencode(asked)}"


def arrived(page: Page, callback: str) -> dict[str, list[str]]:
    page.wait_for_url(lambda url: url.startswith(callback))
    assert page.get_by_role("heading").inner_text() == "Back at the program"
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize(("button", "told"), [("Allow", "code"), ("Deny", "error")])
def test_signing_in_and_deciding_leads_back_to_the_program(
    page: Page, callback: str, button: str, told: str
) -> None:
    page.goto(asking(callback))
    page.get_by_label("Email").fill(create_user().email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=button, exact=True).click()
    assert set(arrived(page, callback)) >= {told, "state", "iss"}


def test_a_program_that_asks_wrongly_gets_its_reader_back(page: Page, callback: str) -> None:
    sign_in(page, create_user().email)
    page.goto(asking(callback, scope="read:everything"))
    assert arrived(page, callback)["error"] == ["invalid_scope"]


def test_also_right_after_the_sign_in(page: Page, callback: str) -> None:
    page.goto(asking(callback, scope="read:everything"))
    page.get_by_label("Email").fill(create_user().email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert arrived(page, callback)["error"] == ["invalid_scope"]
