"""The work of staff, from the plan to the payment, without a mouse: Tab, Enter and letters."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from billing.database import database
from tests.browser.conftest import Opened
from tests.factories import create_user

_MOST_TABS = 150
_NAME = """() => {
  const at = document.activeElement;
  const words = at.labels?.[0]?.innerText || at.getAttribute("aria-label") || at.innerText || "";
  return words.trim();
}"""


def reach(page: Page, name: str) -> None:
    """Tab on until what has the focus is called so, and can be seen to have it."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if str(page.evaluate(_NAME)).startswith(name):
            break
    else:
        raise AssertionError(f"{_MOST_TABS} tabs did not lead to {name}")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    shadow = "getComputedStyle(document.activeElement).boxShadow"
    assert page.evaluate(f"{outline} !== 'none' || {shadow} !== 'none'"), f"{name} shows no focus"


def follow(page: Page, name: str, heading: str) -> None:
    """Reach a link or button, press it, and arrive."""
    reach(page, name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state()


def fill(page: Page, name: str, text: str) -> None:
    reach(page, name)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_staff_sell_and_collect_with_the_keyboard_alone(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    follow(page, "Plans", "Plans")
    follow(page, "Create plan", "plan")
    fill(page, "Name", "Team")
    fill(page, "Price", "49.00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Team")
    follow(page, "Customers", "Customers")
    follow(page, "Add customer", "customer")
    fill(page, "Name", "Acme")
    fill(page, "Email", "billing@acme.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme")
    follow(page, "Subscribe", "New subscription")
    follow(page, "Subscribe", "Team")
    follow(page, "INV-", "INV-")
    follow(page, "Record payment", "Record a payment")
    fill(page, "Reference", "Statement 7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Statement 7")).to_be_visible()
    assert [row["status"] for row in database().invoices.find()] == ["paid"]
