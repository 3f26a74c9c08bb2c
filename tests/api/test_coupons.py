"""Coupons over the API."""

from __future__ import annotations

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_coupon, create_invoice

TEN = {"code": "TEN", "name": "Ten off", "percent_off": "10"}


def test_nobody_sees_coupons_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/coupons").status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_write_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    answer = speaking_as(role).post("/coupons", TEN)
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert database().coupons.count_documents({}) == 0


def test_a_coupon_is_created_shown_and_listed(admin: CheckedClient) -> None:
    answer = admin.post("/coupons", {**TEN, "duration": "repeating", "duration_cycles": 3})
    assert answer.status_code == 201
    assert admin.get(f"/coupons/{answer.json['id']}").json == answer.json
    assert (answer.json["object"], answer.json["times_redeemed"]) == ("coupon", 0)
    other = create_coupon(code="Euros", amount_off=500, currency="EUR")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/coupons?{query}").json["data"]]

    assert ids("code=eUROS") == [other.id]
    assert ids("q=ten") == [answer.json["id"]]
    assert ids("sort=-created_at") == [other.id, answer.json["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"percent_off": 10}, "percent_off"),
        ({"percent_off": "0"}, "percent_off"),
        ({"percent_off": None}, "amount_off"),
        ({"amount_off": 500, "currency": "USD"}, "amount_off"),
        ({"duration": "weekly"}, "duration"),
        ({"duration": "repeating"}, "duration_cycles"),
        ({"code": "A B"}, "code"),
        ({"plan_ids": ["x"]}, "plan_ids.0"),
        ({"max_redemptions": 0}, "max_redemptions"),
        ({"redeem_by": "soon"}, "redeem_by"),
        ({"times_redeemed": 3}, "times_redeemed"),
    ],
)
def test_a_coupon_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/coupons", {**TEN, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_a_code_is_taken_once(admin: CheckedClient) -> None:
    create_coupon(code="ten")
    answer = admin.post("/coupons", TEN)
    assert (answer.status_code, answer.json["code"]) == (409, "coupon_code_taken")
    assert answer.json["errors"][0]["field"] == "code"


def test_what_it_gives_is_fixed_and_its_limits_are_not(admin: CheckedClient) -> None:
    path = f"/coupons/{create_coupon().id}"
    refused = admin.patch(path, {"percent_off": "20"})
    assert (refused.status_code, refused.json["code"]) == (409, "coupon_fixed")
    changed = admin.patch(path, {"max_redemptions": 5, "redeem_by": "2030-01-01"}).json
    assert (changed["max_redemptions"], changed["redeem_by"]) == (5, "2030-01-01")
    assert admin.patch(path, {"redeem_by": None}).json["redeem_by"] is None


def test_an_archived_coupon_is_redeemed_no_more(admin: CheckedClient) -> None:
    coupon = create_coupon(code="TEN")
    assert admin.post(f"/coupons/{coupon.id}/archive").json["status"] == "archived"
    again = admin.post(f"/coupons/{coupon.id}/archive")
    assert (again.status_code, again.json["code"]) == (409, "coupon_archived")
    invoice = create_invoice(draft=True)
    refused = admin.patch(f"/invoices/{invoice.id}", {"coupon": "TEN"})
    assert refused.json["code"] == "coupon_archived"


def test_a_missing_coupon_is_404(admin: CheckedClient) -> None:
    assert admin.get("/coupons/cpn_nothing").json["code"] == "coupon_not_found"
