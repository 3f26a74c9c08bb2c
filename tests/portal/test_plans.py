"""Plans in the browser."""

from __future__ import annotations

import pytest

from billing.plans.inputs import as_input
from billing.plans.queries import get_plan, list_plans
from billing.plans.save_plan import update_plan
from tests.factories import create_plan, create_subscription
from tests.portal.page_client import PageClient

TYPED = {"name": "Team", "price": "49.00", "currency": "USD", "billing_cycle": "monthly"}


@pytest.mark.parametrize(
    ("currency", "typed", "model", "price"),
    [
        ("USD", "49.00", "flat", 4900),
        ("USD", "49", "flat", 4900),
        ("USD", "0.0025", "per_unit", "0.25"),
        ("JPY", "4900", "flat", 4900),
        ("KWD", "1.234", "flat", 1234),
        ("USD", "0", "flat", 0),
    ],
)
def test_a_price_is_typed_in_major_units(
    admin: PageClient, currency: str, typed: str, model: str, price: object
) -> None:
    values = {**TYPED, "currency": currency, "price": typed, "pricing_model": model}
    seen = admin.submit("/plans/new", **values)
    assert get_plan(seen.to.rpartition("/")[2]).price == price
    edit = admin.get(f"{seen.to}/edit")
    admin.follow(admin.send(edit))
    assert get_plan(seen.to.rpartition("/")[2]).price == price


@pytest.mark.parametrize(
    ("currency", "typed"),
    [("USD", "abc"), ("USD", "49,00"), ("USD", "-1"), ("USD", "1e99"), ("USD", "NaN"),
     ("USD", "0.0025"), ("JPY", "49.5"), ("USD", ""), ("USD", "1.2.3")],
)  # fmt: skip
def test_a_price_that_cannot_be_is_refused(admin: PageClient, currency: str, typed: str) -> None:
    seen = admin.submit("/plans/new", **{**TYPED, "currency": currency, "price": typed})
    assert seen.status == 422
    assert seen.error_of("price") or seen.alerts()
    assert seen.values()["price"] == typed
    assert list_plans().total == 0


def test_features_and_limits_are_typed_in_rows(admin: PageClient) -> None:
    rows = {
        "features-0-key": "api",
        "features-0-name": "API",
        "limits-0-key": "seats",
        "limits-0-value": "",
    }
    seen = admin.submit("/plans/new", **TYPED, **rows)
    plan = get_plan(seen.to.rpartition("/")[2])
    assert [(f.key, f.name, f.enabled) for f in plan.features] == [("api", "API", True)]
    assert dict(plan.limits) == {"seats": None}
    page = admin.follow(seen)
    assert "Unlimited" in page.text


def test_what_is_wrong_in_a_row_is_said_in_the_row(admin: PageClient) -> None:
    page = admin.send(admin.get("/plans/new"), rows="add:features")
    rows = {"features-1-key": "Not A Key", "features-1-name": "x", "limits-0-key": "seats"}
    seen = admin.send(page, **TYPED, **rows, **{"limits-0-value": "many"})
    assert seen.status == 422
    assert seen.error_of("features-1-key")
    assert "whole number" in seen.html


def test_a_new_price_makes_a_version_and_subscribers_stay(admin: PageClient) -> None:
    subscription = create_subscription()
    plan_id = subscription.plan_id
    page = admin.get(f"/plans/{plan_id}/edit")
    assert "makes version 2" in page.text
    detail = admin.follow(admin.send(page, price="59.00"))
    assert "2 (now)" in detail.text
    assert "$49.00 per month" in admin.get(f"/subscriptions/{subscription.id}").text


def test_a_plan_is_archived_after_asking(admin: PageClient) -> None:
    plan = create_plan(name="Old")
    page = admin.get(f"/plans/{plan.id}/archive")
    assert page.title == "Archive Old?"
    admin.follow(admin.send(page))
    assert get_plan(plan.id).status == "archived"
    seen = admin.submit(f"/plans/{plan.id}/archive")
    assert seen.status == 409
    assert "archived already" in seen.alerts()


def test_an_archived_plan_can_be_edited_and_put_back_on_sale(admin: PageClient) -> None:
    plan = create_plan()
    admin.submit(f"/plans/{plan.id}/archive")
    admin.follow(admin.submit(f"/plans/{plan.id}/edit", description="Old one"))
    assert get_plan(plan.id).status == "archived"
    admin.follow(admin.submit(f"/plans/{plan.id}/edit", status="active"))
    assert get_plan(plan.id).is_subscribable


def test_what_somebody_else_changed_meanwhile_is_told_as_it_is_read(admin: PageClient) -> None:
    plan = create_plan(price=1200, pricing_model="per_unit")
    page = admin.get(f"/plans/{plan.id}/edit")
    update_plan(plan.id, as_input(plan).model_copy(update={"price": 1500}))
    seen = admin.send(page, name="My name")
    assert "Price from “$12.00” to “$15.00”" in seen.alerts()
