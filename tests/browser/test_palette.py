"""The command palette and the shortcuts, by keyboard alone."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import request
from playwright.sync_api import Page, expect

from portal.search import views
from tests.browser.conftest import Opened, arrive
from tests.browser.test_looks import EVERYTHING, findings
from tests.factories import create_customer, create_invoice, create_plan, create_user

PALETTE = "Search or command"


def opened(page: Page) -> Page:
    """The palette, with what it offers at first."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=PALETTE)).to_be_focused()
    expect(page.get_by_role("option", name="Dashboard")).to_have_attribute("aria-selected", "true")
    return page


def test_a_name_and_enter_lead_to_the_customer(open_browser: Opened) -> None:
    customer = create_customer(name="Acme Rockets")
    page = opened(open_browser(create_user().email))
    page.keyboard.type("rock")
    option = page.get_by_role("option", name="Acme Rockets")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette-count")).to_have_text("1 result")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/customers/{customer.id}$"))


def test_arrows_choose_and_escape_gives_the_focus_back(open_browser: Opened) -> None:
    create_plan(name="Team")
    create_customer(name="Team Rocket")
    page = open_browser(create_user().email)
    page.goto("/plans")
    page.get_by_label("Search plans").focus()
    opened(page)
    page.keyboard.type("team")
    box = page.get_by_role("combobox", name=PALETTE)
    rocket = page.get_by_role("option", name="Team Rocket")
    team = page.get_by_role("group", name="Plans").get_by_role("option")
    expect(rocket).to_have_attribute("aria-selected", "true")
    for key, chosen in [("ArrowDown", team), ("ArrowDown", rocket), ("ArrowUp", team)]:
        page.keyboard.press(key)
        expect(chosen).to_have_attribute("aria-selected", "true")
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
        expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.get_by_label("Search plans")).to_be_focused()


def test_commands_and_ids_are_known(open_browser: Opened) -> None:
    invoice = create_invoice()
    page = opened(open_browser(create_user().email))
    page.keyboard.type("new cust")
    expect(page.get_by_role("option")).to_have_text([re.compile("New customer")])
    page.keyboard.press("Enter")
    arrive(page, "/customers/new")
    opened(page)
    page.keyboard.insert_text(invoice.id)
    expect(page.get_by_role("option", name=invoice.number)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/invoices/{invoice.id}$"))


def test_typed_faster_than_answered_it_goes_where_it_says(
    open_browser: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = create_customer(name="Acme")

    def slowly(q: str) -> Any:
        if request.headers.get("HX-Request") and q:
            time.sleep(1)
        return groups(q)

    groups = views._groups
    monkeypatch.setattr(views, "_groups", slowly)
    page = opened(open_browser(create_user().email))
    page.keyboard.insert_text(customer.id)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/customers/{customer.id}$"))


def test_letters_lead_to_lists_and_begin_something_new(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    for letter, path in [("c", "/customers"), ("i", "/invoices"), ("s", "/subscriptions")]:
        page.keyboard.press("g")
        page.keyboard.press(letter)
        arrive(page, path)
    page.keyboard.press("/")
    expect(page.get_by_label("Search subscriptions")).to_be_focused()
    page.keyboard.type("gcn?/")
    expect(page.get_by_label("Search subscriptions")).to_have_value("gcn?/")
    page.goto("/plans")
    page.keyboard.press("n")
    arrive(page, "/plans/new")
    page.locator("main").focus()
    page.keyboard.press("/")  # no list here
    expect(page.get_by_role("combobox", name=PALETTE)).to_be_focused()


def test_the_keys_are_shown_and_can_be_turned_off(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Billing runs")
    page.get_by_label("Single letters are shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert page.url.endswith("/")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Single letters are shortcuts").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/customers$"))


def test_without_script_the_search_is_a_page(open_browser: Opened) -> None:
    customer = create_customer(name="Acme")
    page = open_browser(create_user().email, java_script_enabled=False)
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search everything").fill("acm")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Acme").click()
    expect(page).to_have_url(re.compile(f"/customers/{customer.id}$"))
    expect(page.get_by_role("button", name="Keyboard")).to_be_hidden()


def test_the_page_finds_while_typing(open_browser: Opened) -> None:
    create_customer(name="Acme")
    page = open_browser(create_user().email)
    page.goto("/search")
    page.get_by_label("Search everything", exact=True).press_sequentially("acm")
    expect(page.get_by_role("link", name="Acme")).to_be_visible()
    expect(page.get_by_role("link", name="New customer")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/search\?q=acm$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_palette_and_keys_are_accessible_and_fit(open_browser: Opened, theme: str) -> None:
    create_customer(name="A customer whose name is so long that no narrow screen can hold it")
    page = open_browser(
        create_user().email,
        color_scheme=theme,
        reduced_motion="reduce",
        viewport={"width": 360, "height": 740},
    )
    for typed, seen in [("", "Dashboard"), ("cust", "A customer"), ("zzz", "Nothing matches")]:
        opened(page)
        page.keyboard.type(typed)
        expect(page.get_by_role("option", name=seen).first).to_be_visible()
        assert findings(page, EVERYTHING) == []
        width = "document.getElementById('palette').scrollWidth"
        assert page.evaluate(f"{width} <= 360 && document.documentElement.scrollWidth <= 360")
        page.keyboard.press("Escape")
        expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert findings(page, EVERYTHING) == []
