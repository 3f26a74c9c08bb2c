"""The pages about the API in a real browser: with the keyboard, while typing, and to copy from."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opened


def test_operations_are_found_while_typing(open_browser: Opened) -> None:
    page = open_browser()
    page.goto("/api/docs")
    page.get_by_label("Search operations").press_sequentially("void")
    expect(page.get_by_role("link", name="Void an invoice")).to_be_visible()
    expect(page.get_by_role("link", name="List customers")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=void$"))
    page.get_by_role("link", name="Void an invoice").click()
    expect(page.locator("#void_invoice h2")).to_be_in_viewport()


def test_a_request_is_copied_with_the_keyboard(open_browser: Opened) -> None:
    page = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/api/docs/customers#create_customer")
    button = page.locator("#create_customer").get_by_label("Copy: Request")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#create_customer .is-copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -X POST 'http://localhost:3000/api/v1/customers'")


def test_contents_open_and_lead_on_a_narrow_screen(open_browser: Opened) -> None:
    page = open_browser(viewport={"width": 360, "height": 740})
    page.goto("/api/docs")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.get_by_label("Show the contents").focus()
    page.keyboard.press("Space")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Coupons").click()
    expect(page.get_by_role("heading", name="Coupons", level=1)).to_be_visible()


def test_it_reads_the_same_without_script(open_browser: Opened) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto("/api/docs")
    page.get_by_label("Search operations").fill("refund_out_of_range")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Refund a payment").click()
    expect(page.locator("#refund_payment")).to_contain_text("refund_out_of_range")
    expect(page.get_by_label("Copy: Request").first).to_be_hidden()
