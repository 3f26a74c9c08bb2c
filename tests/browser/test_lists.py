"""Lists in a browser: search while typing, choosing rows, a bulk action to its end; and without
script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from billing.invoices.queries import get_invoice
from tests.browser.conftest import Opened
from tests.factories import create_customer, create_invoice, create_saved_view, create_user


def ticked(page: Page) -> list[bool]:
    return [box.is_checked() for box in page.locator("[data-pick]").all()]


def test_a_search_keeps_the_focus_says_how_many_and_can_be_gone_back_from(
    open_browser: Opened,
) -> None:
    for name in ("Acme Rockets", "Acme Anvils", "Globex"):
        create_customer(name=name)
    page = open_browser(create_user().email)
    page.goto("/customers")
    expect(page.locator("#said")).to_have_text("3 customers")
    box = page.get_by_label("Search customers")
    box.focus()
    page.keyboard.insert_text("acme")  # at once, or a slow machine also shows what is between
    expect(page.locator("#said")).to_have_text("2 customers")
    expect(page).to_have_url(re.compile(r"/customers\?q=acme$"))
    expect(box).to_be_focused()
    expect(page.get_by_role("link", name="Save this view")).to_be_visible()
    page.keyboard.insert_text(" rock")
    expect(page.locator("#said")).to_have_text("1 customer")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_label("Search customers")).to_have_value("acme")


def test_filters_narrow_at_once_and_a_chip_takes_one_away(open_browser: Opened) -> None:
    create_invoice(currency="EUR")
    create_invoice()
    page = open_browser(create_user().email)
    page.goto("/invoices")
    page.get_by_text("More filters").click()
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Currency").blur()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Currency: EUR").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/invoices$"))


def test_rows_are_chosen_by_clicks_ranges_and_the_letter_x(open_browser: Opened) -> None:
    for _ in range(5):
        create_invoice()
    page = open_browser(create_user().email)
    page.goto("/invoices")
    boxes = page.locator("[data-pick]")
    boxes.nth(0).click()
    expect(page.locator("[data-count]")).to_have_text("1 row is chosen.")
    boxes.nth(3).click(modifiers=["Shift"])
    assert ticked(page) == [True, True, True, True, False]
    expect(page.locator("[data-count]")).to_have_text("4 rows are chosen.")
    page.locator("tbody tr").nth(4).get_by_role("link").focus()
    page.keyboard.press("x")
    assert ticked(page) == [True] * 5
    expect(page.locator("[data-pick-page]")).to_be_checked()
    page.keyboard.press("x")
    page.locator("[data-pick-page]").click()
    assert ticked(page) == [True] * 5
    page.locator("[data-pick-page]").click()
    assert ticked(page) == [False] * 5
    page.keyboard.press("g")
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile("/oauth-clients$"))


@pytest.mark.parametrize("script", [True, False])
def test_chosen_invoices_are_voided_by_a_process_while_the_page_looks_on(
    open_browser: Opened, script: bool
) -> None:
    invoices = [create_invoice() for _ in range(3)]
    page = open_browser(create_user().email, java_script_enabled=script)
    page.goto("/invoices")
    for box in page.locator("[data-pick]").all()[:2]:
        box.check()
    page.get_by_role("button", name="Void…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Void 2 invoices?")
    page.get_by_role("button", name="Void 2 invoices").click()
    expect(page.get_by_text("2 voided, 0 refused.")).to_be_visible(timeout=60_000)
    assert [get_invoice(one.id).status for one in invoices] == ["open", "void", "void"]
    page.reload()
    expect(page.get_by_text("2 voided, 0 refused.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_view_is_saved_and_opened(open_browser: Opened, script: bool) -> None:
    create_invoice()
    create_saved_view(name="Void", query="status=void")
    page = open_browser(create_user().email, java_script_enabled=script)
    page.goto("/invoices?status=open")
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Open ones")
    page.get_by_role("button", name="Save").click()
    tab = page.get_by_role("link", name="Open ones")
    expect(tab).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Void", exact=True).first.click()
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    tab.click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_list_is_exported_as_it_is_filtered(open_browser: Opened) -> None:
    create_customer(name="Acme")
    create_customer(name="Globex")
    page = open_browser(create_user().email)
    page.goto("/customers?q=acme")
    with page.expect_download() as found:
        page.get_by_role("link", name="Export as CSV").click()
    assert re.fullmatch(r"customers-\d{4}-\d\d-\d\d\.csv", found.value.suggested_filename)
    text = found.value.path().read_text()
    assert "Acme" in text
    assert "Globex" not in text
