"""What script adds: only what changed is exchanged, and a double click does a thing once."""

from __future__ import annotations

import re
import threading
from contextlib import nullcontext
from typing import Any

import pytest
from playwright.sync_api import expect

from billing import clock
from billing.customers.inputs import as_input
from billing.customers.queries import get_customer
from billing.customers.save_customer import update_customer
from billing.database import database
from billing.idempotency.answering import add_answer
from billing.payments.queries import payments_of
from billing.runs.run_billing import start_run
from tests.browser.conftest import Opened
from tests.factories import create_customer, create_invoice, create_user


def test_search_answers_while_typing_and_keeps_focus_and_address(open_browser: Opened) -> None:
    admin = create_user()
    create_customer(name="Acme")
    create_customer(name="Globex")
    page = open_browser(admin.email)
    page.goto("/customers?status=active")
    page.evaluate("window.kept = true")
    page.get_by_label("Search customers").press_sequentially("acm")
    expect(page.get_by_role("link", name="Globex")).to_have_count(0)
    expect(page.get_by_role("link", name="Acme")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/customers\?status=active&q=acm$"))
    expect(page.get_by_label("Search customers")).to_be_focused()
    assert page.evaluate("window.kept")
    page.get_by_role("link", name="Acme").click()
    page.go_back()
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    expect(page.get_by_role("link", name="Acme")).to_be_visible()


def test_a_refused_form_is_exchanged_in_place_and_leads_to_the_mistake(
    open_browser: Opened,
) -> None:
    admin = create_user()
    page = open_browser(admin.email)
    page.goto("/plans/new")
    page.evaluate("window.kept = true")
    page.get_by_label("Name", exact=True).first.fill("Team")
    page.get_by_label("Price", exact=False).first.fill("cheap")
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_text("Enter an amount such as 49.00.")).to_be_visible()
    expect(page.locator("#price")).to_be_focused()
    expect(page.locator("#name")).to_have_value("Team")
    assert page.evaluate("window.kept")
    page.locator("#price").fill("49")
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_role("heading", name="Team", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/plans/plan_\w+$"))
    expect(page).to_have_title(re.compile("^Team"))
    assert page.evaluate("window.kept")


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_pays_once(open_browser: Opened, script: bool) -> None:
    admin, invoice = create_user(), create_invoice()
    page = open_browser(admin.email, java_script_enabled=script)
    page.goto(f"/invoices/{invoice.id}/pay")
    page.get_by_label("Amount").fill("30")
    page.get_by_role("button", name="Record payment").dblclick()
    expect(page.get_by_text("$70.00 is still due")).to_be_visible()
    assert [payment["amount"] for payment in payments_of(invoice.id)] == [3000]


@pytest.mark.parametrize("script", [True, False])
def test_clicked_again_while_it_is_on_its_way_it_pays_once(
    open_browser: Opened, monkeypatch: pytest.MonkeyPatch, script: bool
) -> None:
    admin, invoice = create_user(), create_invoice()
    page = open_browser(admin.email, java_script_enabled=script)
    page.goto(f"/invoices/{invoice.id}/pay")
    clicked = threading.Event()

    def add_once_clicked(*told: Any) -> None:
        clicked.wait(4)
        add_answer(*told)

    monkeypatch.setattr("portal.repeats.answered.add_answer", add_once_clicked)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    box = page.get_by_role("button", name="Record payment").bounding_box() or {"x": 0, "y": 0}
    with page.expect_request(lambda request: request.method == "POST"):
        page.mouse.click(box["x"] + 9, box["y"] + 9)
    with nullcontext() if script else page.expect_request(lambda each: each.method == "POST"):
        page.mouse.click(box["x"] + 9, box["y"] + 9)
    clicked.set()
    expect(page.get_by_text(f"{invoice.number} is paid.")).to_be_visible()
    assert [payment["amount"] for payment in payments_of(invoice.id)] == [10_000]
    assert sent.count("POST") == (1 if script else 2)


def test_back_in_the_browser_the_form_is_a_new_one(open_browser: Opened) -> None:
    page = open_browser(create_user().email, java_script_enabled=False)
    page.goto("/customers/new")
    page.locator("#name").fill("Acme")
    page.locator("#email").fill("acme@example.com")
    key = page.locator("form.form [name=idempotency_key]").input_value()
    page.get_by_role("button", name="Add customer").click()
    expect(page.get_by_role("heading", name="Acme", level=1)).to_be_visible()
    page.go_back()
    shown = page.locator("form.form [name=idempotency_key]").input_value()
    assert shown != key, "the form is asked for anew, so that it can be sent on purpose"


def test_the_second_of_two_editors_keeps_what_they_typed(open_browser: Opened) -> None:
    admin, customer = create_user(), create_customer(name="Old", phone="1")
    page = open_browser(admin.email)
    page.goto(f"/customers/{customer.id}/edit")
    update_customer(customer.id, as_input(customer).model_copy(update={"phone": "2"}))
    page.locator("#name").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Phone from “1” to “2”")
    expect(page.locator("#name")).to_have_value("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Mine", level=1)).to_be_visible()
    assert get_customer(customer.id).name == "Mine"


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_appearance_follows_the_system_until_the_reader_chooses(
    open_browser: Opened, system: str
) -> None:
    other = "dark" if system == "light" else "light"
    page = open_browser(create_user().email, color_scheme=system)
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", system)
    page.get_by_role("button", name=other.capitalize()).click()
    expect(html).to_have_attribute("data-bs-theme", other)
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", other)


def test_the_appearance_can_be_chosen_without_script(open_browser: Opened) -> None:
    page = open_browser(create_user().email, java_script_enabled=False)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_menu_of_narrow_screens_opens_without_script(open_browser: Opened) -> None:
    size = {"width": 360, "height": 740}
    page = open_browser(create_user().email, java_script_enabled=False, viewport=size)
    expect(page.get_by_role("link", name="Plans")).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Plans").click()
    expect(page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()


def test_an_id_is_one_click_to_copy(open_browser: Opened) -> None:
    customer = create_customer()
    page = open_browser(create_user().email, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/customers/{customer.id}")
    page.get_by_role("button", name=f"Copy {customer.id}").click()
    page.wait_for_selector(".copy.is-copied")
    assert page.evaluate("navigator.clipboard.readText()") == customer.id


def test_the_keyboard_reaches_the_content_first(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_running_page_follows_the_run_and_then_asks_no_more(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    run = start_run()
    progress = {"status": "running", "due_subscriptions": 10, "done_subscriptions": 4}
    _tell(run.id, **progress)
    page.goto(f"/runs/{run.id}")
    expect(page.get_by_text("4 of 10 subscriptions")).to_be_visible()
    _tell(run.id, done_subscriptions=7, heartbeat_at=clock.now())
    expect(page.get_by_text("7 of 10 subscriptions")).to_be_visible()
    _tell(run.id, status="completed", finished_at=clock.now(), still_due=0)
    expect(page.get_by_text("Nobody is due any more.")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_adding_a_row_keeps_the_place_and_what_was_typed(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    page.goto("/plans/new")
    page.locator("#name").fill("Team")
    page.get_by_role("button", name="Add a limit").click()
    expect(page.locator("#limits-1-key")).to_be_visible()
    expect(page.locator("#add-limits")).to_be_focused()
    expect(page.locator("#name")).to_have_value("Team")
    page.locator("#limits-1-key").fill("seats")
    page.get_by_role("button", name="Remove row 1 of limits").click()
    expect(page.get_by_label("What is limited")).to_have_count(1)
    expect(page.get_by_label("What is limited")).to_have_value("seats")


def _tell(run_id: str, **values: object) -> None:
    database().billing_runs.update_one({"_id": run_id}, {"$set": values})
