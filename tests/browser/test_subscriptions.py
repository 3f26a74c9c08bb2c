"""An upgrade, from the preview to the invoice that comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from billing import clock
from billing.plans.models import Plan
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.browser.conftest import Opened
from tests.factories import create_customer, create_plan, create_subscription, create_user


def _plan(name: str, price: int) -> Plan:
    return create_plan(name=name, price=price, billing_cycle="daily", interval_count=30)


def _ten_days_in() -> Subscription:
    with clock.frozen(clock.now() - timedelta(days=10)):
        return create_subscription(customer=create_customer(name="Acme"), plan=_plan("Team", 3000))


def _open_change(page: Page, subscription: Subscription) -> None:
    page.goto(f"/subscriptions/{subscription.id}")
    page.get_by_role("link", name="Change", exact=True).click()
    expect(page.get_by_role("heading", name="Change subscription")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_upgrade_is_seen_before_it_is_made(open_browser: Opened, script: bool) -> None:
    subscription, bigger = _ten_days_in(), _plan("Business", 9000)
    page = open_browser(create_user().email, java_script_enabled=script)
    _open_change(page, subscription)
    preview = page.locator("#preview")
    expect(preview).not_to_contain_text("Unused time")
    page.get_by_label("Plan").select_option(bigger.id)
    page.get_by_label("The rest of the running period").select_option("always_invoice")
    if not script:
        page.get_by_role("button", name="Preview").click()
    # 20 of 30 days: 60.00 of the new price less 20.00 of the old one
    expect(preview).to_contain_text("-$20.00")
    expect(preview).to_contain_text("$40.00")
    assert get_subscription(subscription.id).plan_id == subscription.plan_id
    page.get_by_role("button", name="Change subscription").click()
    expect(page.get_by_role("heading", name="Business", level=1)).to_be_visible()
    page.get_by_role("link", name="INV-").first.click()
    expect(page.locator(".sum-due")).to_contain_text("$40.00")


def test_the_preview_follows_what_is_typed_and_says_what_is_wrong(open_browser: Opened) -> None:
    subscription = _ten_days_in()
    page = open_browser(create_user().email)
    _open_change(page, subscription)
    price, preview = page.get_by_label("Negotiated price"), page.locator("#preview")
    expect(page.get_by_role("button", name="Preview")).to_be_hidden()
    price.press_sequentially("60")
    expect(preview).to_contain_text("$60.00")
    expect(price).to_be_focused()
    price.press_sequentially("x")
    expect(preview).to_contain_text("Enter an amount")
    price.fill("45")
    expect(preview).to_contain_text("$45.00")
    expect(price).to_have_value("45")


def test_a_form_on_its_way_is_not_called_back_by_its_preview(open_browser: Opened) -> None:
    subscription = _ten_days_in()
    page = open_browser(create_user().email)
    _open_change(page, subscription)
    sent: list[str] = []

    def slowly(route: Route) -> None:
        sent.append(route.request.headers.get("hx-target", ""))
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/change", slowly)
    page.get_by_label("Quantity").fill("1")
    page.get_by_label("Negotiated price").fill("60")
    page.get_by_role("button", name="Change subscription").dblclick()
    expect(page.get_by_text("$60.00 every 30 days")).to_be_visible()
    assert sent.count("main") == 1
    assert get_subscription(subscription.id).price == 6000
