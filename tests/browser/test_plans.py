"""The plan editor and the price calculator in a browser, with and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Request, Route, expect

from billing.plans.queries import list_plans
from tests.browser.conftest import Opened
from tests.factories import create_plan, create_user


def test_the_calculator_answers_while_typing(open_browser: Opened) -> None:
    plan = create_plan(price=700, pricing_model="per_unit")
    page = open_browser(create_user().email)
    page.goto(f"/plans/{plan.id}")
    page.evaluate("window.kept = true")
    page.get_by_label("Quantities").fill("3")
    expect(page.locator("#calculated")).to_contain_text("$21.00")
    expect(page.get_by_label("Quantities")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?quantities=3$"))
    page.get_by_label("Quantities").fill("many")
    expect(page.locator("#calculated")).to_contain_text("must be a whole number")
    assert page.evaluate("window.kept")
    page.reload()
    expect(page.get_by_label("Quantities")).to_have_value("many")


def test_the_editor_shows_what_the_pricing_takes_and_what_it_comes_to(
    open_browser: Opened,
) -> None:
    page = open_browser(create_user().email)
    page.goto("/plans/new")
    page.locator("#name").fill("Team")
    expect(page.locator("#tiers-0-unit_amount")).to_be_hidden()
    page.locator("#pricing_model").select_option("graduated")
    expect(page.locator("#price")).to_be_hidden()
    page.locator("#tiers-0-up_to").fill("10")
    page.locator("#tiers-0-unit_amount").fill("5")
    expect(page.locator("#calculated")).to_contain_text("The last tier must have no end")
    page.get_by_role("button", name="Add a tier").click()
    page.locator("#tiers-1-unit_amount").press_sequentially("4")
    expect(page.locator("#calculated")).to_contain_text("$1,010.00")  # 10 at 5 and 240 at 4
    expect(page.locator("#tiers-1-unit_amount")).to_be_focused()
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_role("heading", name="Team", level=1)).to_be_visible()
    expect(page.get_by_text("Up to 10: $5.00 a unit")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_metered_charge_is_added_by_hand(open_browser: Opened, script: bool) -> None:
    page = open_browser(create_user().email, java_script_enabled=script)
    page.goto("/plans/new")
    page.locator("#name").fill("Platform")
    page.locator("#price").fill("49")
    page.get_by_role("button", name="Add a charge").click()
    page.locator("#charges-0-name").fill("Card fees")
    page.locator("#charges-0-key").fill("fees")
    page.locator("#charges-0-meter").fill("card_volume")
    expect(page.locator("#charges-0-percentage")).to_be_hidden()
    page.locator("#charges-0-pricing_model").select_option("percentage")
    page.locator("#charges-0-percentage").fill("2.9")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#calculated")).to_contain_text("$49.00")
    assert list_plans().total == 0
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_role("heading", name="Platform", level=1)).to_be_visible()
    expect(page.get_by_text("2.9 % of the amount")).to_be_visible()


def test_a_plan_is_created_while_its_price_is_still_calculated(open_browser: Opened) -> None:
    page = open_browser(create_user().email)
    page.goto("/plans/new")
    page.route("**/plans/new", _never_calculated)
    page.locator("#name").fill("Platform")
    page.locator("#price").fill("49")
    with page.expect_request(_asks_to_calculate):
        page.get_by_role("button", name="Calculate").click()
    page.get_by_role("button", name="Create plan").click()
    expect(page.get_by_role("heading", name="Platform", level=1)).to_be_visible()
    assert list_plans().total == 1


def _never_calculated(route: Route) -> None:
    if not _asks_to_calculate(route.request):
        route.continue_()


def _asks_to_calculate(request: Request) -> bool:
    return "calculate=y" in (request.post_data or "")
