"""Getting in with a link and a phone, in a real browser, with script and without."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from billing import clock
from tests.browser.conftest import Opened
from tests.factories import create_user
from tests.mailbox import link_to
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


def _set_up_phone(page: Page) -> TOTP:
    page.goto("/profile")
    page.get_by_role("link", name="Set up").click()
    picture = page.get_by_alt_text("QR code for the authenticator app")
    assert picture.bounding_box() is not None
    seen = "image => image.complete && image.naturalWidth > 100"
    wait_until(lambda: bool(picture.evaluate(seen)))
    phone = TOTP(page.locator(".copyable code").inner_text())
    page.get_by_label("Code").fill(phone.now())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    return phone


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_by_a_link_and_a_phone(open_browser: Opened, script: bool) -> None:
    user = create_user()
    here = open_browser(user.email, java_script_enabled=script)
    phone = _set_up_phone(here)
    there = open_browser(java_script_enabled=script)
    there.goto("/plans")
    there.get_by_role("link", name="Send me a link").click()
    there.get_by_label("Email").fill(user.email)
    there.get_by_role("button", name="Send me a link").click()
    expect(there.get_by_role("heading", name="Look into your mail")).to_be_visible()
    there.goto(link_to(user.email))
    there.get_by_role("button", name="Sign in").click()
    there.get_by_label("Code").fill("000000")
    there.get_by_label("Code").press("Enter")
    expect(there.get_by_role("alert")).to_contain_text("not right")
    there.get_by_label("Code").fill(phone.at(clock.now() + timedelta(seconds=30)))
    there.get_by_label("Code").press("Enter")
    expect(there.get_by_role("heading", name="Dashboard")).to_be_visible()
    here.goto("/profile")
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_text("You are signed out everywhere else.")).to_be_visible()
    there.goto("/plans")
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
