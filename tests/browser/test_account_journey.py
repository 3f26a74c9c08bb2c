"""What a customer comes for once a month, from the link in the mail to the invoice as PDF."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from billing.database import database
from billing.payments.methods import add_method
from billing.payments.source import PaymentSource
from billing.sealing import unseal
from billing.subscriptions.queries import get_subscription
from billing.users.models import User
from tests.browser.conftest import Opened
from tests.factories import create_customer, create_plan, create_subscription, create_user


def _sign_in_by_link(page: Page, user: User) -> None:
    page.goto("/sign-in/link")
    page.get_by_label("Email").fill(user.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    mail = database().mails.find_one({"to": user.email}) or {}
    link: str = json.loads(unseal(mail["sealed"], "mail"))["link"]
    page.goto("/" + link.split("/", 3)[3])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Acme", level=1)).to_be_visible()


def _see(page: Page) -> None:
    figures = page.locator("dl.figures")
    expect(figures).to_contain_text("Next invoice")
    expect(figures).to_contain_text("To be paid")
    expect(figures).to_contain_text("$60.00")


def _pay(page: Page) -> None:
    page.get_by_role("link", name="Pay INV-").click()
    expect(page.get_by_label("Test card that pays")).to_be_checked()
    page.get_by_role("button", name="Pay $60.00").click()
    expect(page.get_by_text("$60.00 is paid. Thank you.")).to_be_visible()


def _change_seats(page: Page, script: bool) -> None:
    page.get_by_role("link", name="Subscriptions", exact=True).click()
    page.get_by_role("link", name="Team", exact=True).last.click()
    page.get_by_role("link", name="Change seats").click()
    page.get_by_role("spinbutton", name="Seats").fill("8")
    if not script:
        page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Team, 8 seats: $96.00 per month")
    page.get_by_role("button", name="Change seats").click()
    expect(page.get_by_text("Changed.")).to_be_visible()


def _cancel_and_undo(page: Page) -> None:
    page.get_by_role("link", name="Cancel subscription").click()
    expect(page.get_by_text("You keep it until")).to_be_visible()
    page.get_by_label("Why do you leave?").select_option("unused")
    page.get_by_role("button", name="Cancel subscription").click()
    expect(page.get_by_text("You can take this back.")).to_be_visible()
    page.get_by_role("link", name="Keep subscription").click()
    page.get_by_role("button", name="Keep subscription").click()
    expect(page.get_by_text("Your subscription goes on.")).to_be_visible()


def _download(page: Page) -> None:
    page.get_by_role("link", name="INV-").click()
    link = page.get_by_role("link", name="Download PDF").get_attribute("href")
    answer = page.request.get(str(link))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_customer_is_done_in_a_minute(open_browser: Opened, script: bool) -> None:
    customer = create_customer(name="Acme")
    plan = create_plan(name="Team", price=1200, pricing_model="per_unit")
    subscription = create_subscription(customer=customer, plan=plan, quantity=5)
    add_method(customer.id, PaymentSource(token="fake_ok"))
    page = open_browser(java_script_enabled=script)
    _sign_in_by_link(page, create_user(role="customer", customer_id=customer.id))
    _see(page)
    _pay(page)
    _change_seats(page, script)
    _cancel_and_undo(page)
    _download(page)
    found = get_subscription(subscription.id)
    assert (found.quantity, found.cancel_at_period_end) == (8, False)


def test_seats_are_changed_with_the_keyboard_alone(open_browser: Opened) -> None:
    plan = create_plan(name="Team", price=1200, pricing_model="per_unit")
    subscription = create_subscription(plan=plan, quantity=5)
    owner = create_user(role="customer", customer_id=subscription.customer_id)
    page = open_browser(owner.email, viewport={"width": 360, "height": 740})
    page.goto(f"/account/subscriptions/{subscription.id}")
    page.get_by_role("link", name="Change seats").press("Enter")
    page.get_by_role("spinbutton", name="Seats").press("Control+a")
    page.keyboard.type("3")
    expect(page.locator("#preview")).to_contain_text("Team, 3 seats")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Changed.")).to_be_visible()
    assert get_subscription(subscription.id).quantity == 3
