"""A real Chromium against a real server. Whatever a page complains of fails its test."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from billing.settings import Settings
from portal.app import create_app
from tests.browser.live import served
from tests.factories import PASSWORD

Opened = Callable[..., Page]
_PATIENCE = 30_000
"""Milliseconds that a page has on a busy machine; how fast it is, is measured elsewhere."""
_EXPECTED = ("status of 409", "status of 422", "status of 404")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    expect.set_options(timeout=_PATIENCE)


@pytest.fixture(scope="session")
def app(settings: Settings, connected_database: None) -> Flask:
    return create_app(settings, connect=False)


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    with served(app) as found:
        yield found


class Watch:
    """Collects what a browser has to complain of."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(e in message.text for e in _EXPECTED):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"asked {request.url}")


@pytest.fixture
def open_browser(browser: Browser, address: str, db: Any) -> Iterator[Opened]:
    """`open_browser(email, **context)`: a page of its own, signed in where an email is given."""
    watch, contexts = Watch(address), list[BrowserContext]()

    def open_(email: str | None = None, **options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        context.set_default_timeout(_PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        if email:
            sign_in(page, email)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert watch.complaints == []


def arrive(page: Page, path: str) -> None:
    """Wait for a page whose address ends so, until its script listens to keys."""
    expect(page).to_have_url(re.compile(f"{path}$"))
    page.wait_for_load_state()


def sign_in(page: Page, email: str) -> None:
    """As a person would."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
