"""Coupons in the browser."""

from __future__ import annotations

import pytest

from billing.coupons.queries import get_coupon, list_coupons
from tests.factories import create_coupon, create_plan
from tests.portal.page_client import PageClient

TYPED = {"code": "WELCOME", "name": "Welcome"}


@pytest.mark.parametrize(
    ("typed", "percent_off", "amount_off", "currency"),
    [
        ({"percent_off": "12.50"}, "12.5", None, None),
        ({"amount_off": "10.00", "currency": "EUR"}, None, 1000, "EUR"),
        ({"amount_off": "500", "currency": "JPY"}, None, 500, "JPY"),
        ({"amount_off": "1.234", "currency": "KWD"}, None, 1234, "KWD"),
    ],
)
def test_a_coupon_gives_a_percentage_or_an_amount(
    admin: PageClient,
    typed: dict[str, str],
    percent_off: str | None,
    amount_off: int | None,
    currency: str | None,
) -> None:
    seen = admin.submit("/coupons/new", **TYPED, **typed)
    coupon = get_coupon(seen.to.rpartition("/")[2])
    assert (coupon.percent_off, coupon.amount_off, coupon.currency) == (
        percent_off, amount_off, currency,
    )  # fmt: skip
    assert admin.follow(seen).title == "WELCOME"


def test_a_repeating_coupon_with_limits(admin: PageClient) -> None:
    plan = create_plan(name="Team")
    limits = {"redeem_by": "2030-12-31", "max_redemptions": "50", "plan_ids": plan.id}
    values = {"percent_off": "25", "duration": "repeating", "duration_cycles": "3"}
    seen = admin.submit("/coupons/new", **TYPED, **values, **limits)
    page = admin.follow(seen)
    for text in ("25 % off", "3 invoices", "0 of 50", "Team", "Dec 31, 2030"):
        assert text in page.text
    edit = admin.get(f"{seen.to}/edit")
    assert not {"code", "percent_off", "duration"} & edit.values().keys()
    admin.follow(admin.send(edit, max_redemptions="", redeem_by="", plan_ids=None))
    coupon = get_coupon(seen.to.rpartition("/")[2])
    assert (coupon.max_redemptions, coupon.redeem_by, list(coupon.plan_ids)) == (None, None, [])
    assert (coupon.percent_off, coupon.duration_cycles) == ("25", 3)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "amount_off"),
        ({"percent_off": "10", "amount_off": "5", "currency": "USD"}, "amount_off"),
        ({"amount_off": "5"}, "currency"),
        ({"percent_off": "10", "currency": "USD"}, "currency"),
        ({"percent_off": "10", "duration": "repeating"}, "duration_cycles"),
        ({"percent_off": "10", "duration_cycles": "3"}, "duration_cycles"),
    ],
)
def test_what_does_not_fit_together_is_said_beside_it(
    admin: PageClient, typed: dict[str, str], field: str
) -> None:
    seen = admin.submit("/coupons/new", **TYPED, **typed)
    assert seen.status == 422
    assert seen.error_of(field)
    assert list_coupons().total == 0


def test_a_code_that_is_taken_is_said_beside_it(admin: PageClient) -> None:
    create_coupon(code="welcome")
    seen = admin.submit("/coupons/new", **TYPED, percent_off="10")
    assert seen.status == 422
    assert "already" in seen.error_of("code")


def test_a_coupon_is_archived_after_asking(admin: PageClient) -> None:
    coupon = create_coupon(code="OLD")
    page = admin.get(f"/coupons/{coupon.id}/archive")
    assert page.title == "Archive OLD?"
    admin.follow(admin.send(page))
    assert get_coupon(coupon.id).is_archived
    assert admin.submit(f"/coupons/{coupon.id}/archive").status == 409


def test_coupons_are_found_by_code_and_name(admin: PageClient) -> None:
    create_coupon(code="SPRING", name="Spring sale")
    create_coupon(code="AUTUMN", name="Harvest", amount_off=500, currency="EUR")
    page = admin.get("/coupons?q=harv")
    assert "AUTUMN" in page.text
    assert "SPRING" not in page.text
