"""The plan editor's prices, typed in rows and without script."""

from __future__ import annotations

from typing import Any

import pytest

from billing.plans.models import Plan
from billing.plans.queries import get_plan, list_plans
from tests.factories import create_plan
from tests.portal.page_client import PageClient, Seen

TYPED = {"name": "Team", "currency": "USD", "billing_cycle": "monthly"}
TIERS = {
    "tiers-0-up_to": "10",
    "tiers-0-unit_amount": "5.00",
    "tiers-0-flat_amount": "10",
    "tiers-1-unit_amount": "4.005",
}
FEES = {
    "charges-0-name": "Card fees",
    "charges-0-key": "fees",
    "charges-0-meter": "card_volume",
    "charges-0-pricing_model": "percentage",
    "charges-0-percentage": "2.9",
    "charges-0-fixed_amount": "0.305",
}


def press(client: PageClient, seen: Seen, button: str, **values: Any) -> Seen:
    """Type, and press one of the buttons that add or remove rows."""
    return client.send(seen, rows=button, **values)


def saved(client: PageClient, seen: Seen) -> Plan:
    """The plan whose page the form led to."""
    client.follow(seen)
    return get_plan(seen.to.rpartition("/")[2])


def test_tiers_are_typed_in_rows_that_keep_what_was_typed(admin: PageClient) -> None:
    page = admin.get("/plans/new")
    first = {name: value for name, value in TIERS.items() if "-0-" in name}
    page = press(admin, page, "add:tiers", **TYPED, **first, pricing_model="graduated")
    assert {name: page.values()[name] for name in first} == first
    plan = saved(admin, admin.send(page, **TIERS))
    assert (plan.price, plan.pricing_model) == (0, "graduated")
    assert plan.terms()["tiers"] == [
        {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
        {"up_to": None, "unit_amount": "400.5", "flat_amount": 0},
    ]


def test_charges_are_typed_with_tiers_of_their_own(admin: PageClient) -> None:
    page = press(admin, admin.get("/plans/new"), "add:charges", **TYPED, price="49")
    values = {
        "charges-0-name": "API calls",
        "charges-0-key": "calls",
        "charges-0-meter": "api_calls",
        "charges-0-pricing_model": "volume",
        "charges-0-tiers-0-up_to": "1000",
        "charges-0-tiers-0-unit_amount": "0",
    }
    page = press(admin, page, "add:charges-0-tiers", **values)
    assert {name: page.values()[name] for name in values} == values
    plan = saved(admin, admin.send(page, **{"charges-0-tiers-1-unit_amount": "0.001"}))
    (charge,) = plan.terms()["charges"]
    assert (charge["key"], charge["meter"], charge["timing"]) == (
        "calls",
        "api_calls",
        "in_arrears",
    )
    assert charge["tiers"] == [
        {"up_to": 1000, "unit_amount": 0, "flat_amount": 0},
        {"up_to": None, "unit_amount": "0.1", "flat_amount": 0},
    ]


def test_rows_within_a_row_are_removed_one_by_one(admin: PageClient) -> None:
    page = press(admin, admin.get("/plans/new"), "add:charges", **TYPED)
    page = press(admin, page, "add:charges")
    page = press(admin, page, "add:charges-1-tiers", **{"charges-1-name": "Kept"})
    page = press(admin, page, "remove:charges-1-tiers:0")
    names = set(page.values())
    assert {"charges-0-tiers-0-up_to", "charges-1-tiers-1-up_to"} <= names
    assert "charges-1-tiers-0-up_to" not in names
    page = press(admin, page, "remove:charges:0")
    assert page.values()["charges-1-name"] == "Kept"
    assert "charges-0-name" not in page.values()


def test_every_price_is_shown_again_as_it_was_typed(admin: PageClient) -> None:
    page = press(admin, admin.get("/plans/new"), "add:tiers")
    page = press(admin, page, "add:charges")
    fees = {"setup_fee": "99.00", "trial_days": "14", "minimum_amount": "50.00"}
    values = {**TYPED, **TIERS, **FEES, **fees, "pricing_model": "volume"}
    plan = saved(admin, admin.send(page, **values))
    assert (plan.setup_fee, plan.trial_days, plan.minimum_amount) == (9900, 14, 5000)
    edit = admin.get(f"/plans/{plan.id}/edit")
    shown = edit.values()
    expected = {**values, "tiers-0-flat_amount": "10.00", "price": ""}
    assert {name: shown[name] for name in expected} == expected
    admin.follow(admin.send(edit))
    assert get_plan(plan.id).version == 1
    assert get_plan(plan.id).terms() == plan.terms()


def test_another_pricing_model_leaves_out_what_it_does_not_take(admin: PageClient) -> None:
    tiers = [{"unit_amount": 500}]
    plan = create_plan(price=0, pricing_model="graduated", tiers=tiers)
    seen = admin.submit(f"/plans/{plan.id}/edit", pricing_model="flat", price="49.00")
    changed = saved(admin, seen)
    assert (changed.price, changed.terms()["tiers"], changed.version) == (4900, [], 2)


def test_a_package_has_a_size(admin: PageClient) -> None:
    values = {**TYPED, "pricing_model": "package", "price": "10"}
    refused = admin.submit("/plans/new", **values)
    assert refused.status == 422
    assert "required" in refused.error_of("package_size")
    plan = saved(admin, admin.send(refused, package_size="100"))
    assert (plan.price, plan.package_size) == (1000, 100)
    assert "$10.00 for each 100 units begun" in admin.get(f"/plans/{plan.id}").text


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"price": ""}, "price", "required"),
        ({"price": "1", "setup_fee": "-1"}, "setup_fee", "Setup fee must be greater"),
        ({"price": "1", "setup_fee": "abc"}, "setup_fee", "such as 49.00"),
        ({"price": "1", "trial_days": "soon"}, "trial_days", "whole number"),
        ({"price": "1", "trial_days": "731"}, "trial_days", "less than or equal to 730"),
        ({"price": "1", "minimum_amount": "0.001"}, "minimum_amount", "2 decimal places"),
        ({"pricing_model": "volume"}, "tiers", "at least one tier"),
        ({**TIERS, "pricing_model": "volume", "tiers-1-up_to": "20"}, "tiers", "The last tier"),
        ({**TIERS, "pricing_model": "volume", "tiers-0-up_to": ""}, "tiers", "Tier 1 needs"),
        (
            {**TIERS, "pricing_model": "volume", "tiers-0-unit_amount": "x"},
            "tiers-0-unit_amount",
            "such as 49.00",
        ),
        ({"price": "1", **FEES, "charges-0-meter": ""}, "charges-0-meter", "required"),
        ({"price": "1", **FEES, "charges-0-percentage": "101"}, "charges-0-percentage", "form"),
        ({"price": "1", **FEES, "charges-0-key": ""}, "charges-0-key", "required"),
        (
            {"price": "1", **FEES, "charges-0-pricing_model": "per_unit"},
            "charges-0-unit_amount",
            "required",
        ),
        (
            {"price": "1", **FEES, "charges-0-pricing_model": "graduated"},
            "charges-0-tiers",
            "at least one tier",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(
    admin: PageClient, values: dict[str, str], field: str, words: str
) -> None:
    page = press(admin, admin.get("/plans/new"), "add:tiers")
    if "charges-0-key" in values:
        page = press(admin, page, "add:charges")
    typed = {**TYPED, **values}
    seen = admin.send(page, **typed)
    assert seen.status == 422
    assert words in seen.error_of(field)
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_plans().total == 0


def test_a_charge_that_was_added_and_left_blank_does_not_count(admin: PageClient) -> None:
    page = press(admin, admin.get("/plans/new"), "add:charges", **TYPED, price="49")
    assert saved(admin, admin.send(page)).terms()["charges"] == []


def test_meters_are_offered_while_typing(admin: PageClient) -> None:
    page = admin.get("/plans/new")
    assert page.page is not None
    assert page.page.find(".//datalist[@id='meters']") is not None
