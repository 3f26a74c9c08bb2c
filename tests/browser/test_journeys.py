"""What people come to do, from beginning to end, with script and without."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from billing import clock
from billing.database import database
from billing.reports import kept
from tests.browser.conftest import Opened
from tests.factories import create_customer, create_plan, create_subscription, create_user


def _create_plan(page: Page) -> None:
    page.get_by_role("link", name="Plans").click()
    page.get_by_role("link", name="Create plan").first.click()
    page.get_by_label("Name", exact=True).first.fill("Team")
    page.get_by_label("Price", exact=False).first.fill("49.00")
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_role("heading", name="Team", level=1)).to_be_visible()


def _create_customer(page: Page) -> None:
    page.get_by_role("link", name="Customers").first.click()
    page.get_by_role("link", name="Add customer").first.click()
    page.get_by_label("Name", exact=False).first.fill("Acme")
    page.get_by_label("Email").fill("billing@acme.example")
    page.get_by_role("button", name="Add customer").click()
    expect(page.get_by_role("heading", name="Acme", level=1)).to_be_visible()


def _subscribe(page: Page) -> None:
    start = clock.today() - timedelta(days=10)
    page.get_by_role("link", name="Subscribe").click()
    page.get_by_label("Start date").fill(start.isoformat())
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Team", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="INV-")).to_have_count(1)


def _run_billing(page: Page) -> None:
    ahead = clock.today() + timedelta(days=25)
    page.get_by_role("link", name="Billing runs").click()
    page.get_by_label("Bill everything due by").fill(ahead.isoformat())
    page.get_by_role("button", name="Show what would be billed").click()
    expect(page.get_by_role("alert")).to_contain_text("is in the future")
    page.get_by_role("button", name="Approve: issue 1 invoice").click()
    expect(page.get_by_text("Nobody is due any more.")).to_be_visible(timeout=60_000)
    assert page.locator("#run[hx-trigger]").count() == 0


def _pay_one(page: Page) -> None:
    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name="000001").click()
    page.get_by_role("link", name="Record payment").click()
    expect(page.get_by_label("Amount")).to_have_value("49.00")
    page.get_by_label("Reference").fill("Statement 7")
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(page.get_by_text("Statement 7")).to_be_visible()


def _void_another(page: Page) -> None:
    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name="000002").click()
    page.get_by_role("link", name="Void", exact=True).click()
    page.get_by_label("Reason").fill("Not agreed")
    page.get_by_role("button", name="Void invoice").click()
    expect(page.get_by_text("Void", exact=True).first).to_be_visible()
    expect(page.get_by_text("“Not agreed”")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_staff_sell_bill_and_collect(
    open_browser: Opened, script: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "QUICK_MS", 60_000)  # nothing is old, however busy the machine is
    admin = create_user()
    page = open_browser(admin.email, java_script_enabled=script)
    for step in (_create_plan, _create_customer, _subscribe, _run_billing, _pay_one, _void_another):
        step(page)
    statuses = [row["status"] for row in database().invoices.find().sort("number", 1)]
    assert statuses == ["paid", "void"]
    page.get_by_role("link", name="Dashboard").click()
    expect(page.locator("dl", has_text="Collected this month")).to_contain_text("$49.00")


def test_a_one_off_invoice_grows_lines_without_script(open_browser: Opened) -> None:
    admin, customer = create_user(), create_customer()
    page = open_browser(admin.email, java_script_enabled=False)
    page.goto(f"/invoices/new?customer_id={customer.id}")
    page.get_by_label("Description").first.fill("Consulting")
    page.get_by_label("Unit price").first.fill("100")
    page.get_by_role("button", name="Add a line").click()
    expect(page.get_by_label("Description")).to_have_count(3)
    page.get_by_label("Description").nth(2).fill("Travel")
    page.get_by_label("Unit price").nth(2).fill("12.50")
    page.get_by_role("button", name="Issue invoice").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("INV-")
    expect(page.get_by_text("$112.50").first).to_be_visible()


def test_a_customer_looks_after_their_account(open_browser: Opened) -> None:
    customer, plan = create_customer(name="Acme"), create_plan(name="Team")
    create_subscription(customer=customer, plan=plan)
    buyer = create_user(role="customer", customer_id=customer.id)
    page = open_browser(buyer.email)
    expect(page.get_by_role("heading", name="Acme", level=1)).to_be_visible()
    expect(page.get_by_text("$49.00").first).to_be_visible()
    page.get_by_role("link", name="Invoices", exact=True).click()
    page.get_by_role("link", name="INV-").click()
    page.get_by_text("Explain Team").click()
    expect(page.get_by_text("The plan, version 1")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
