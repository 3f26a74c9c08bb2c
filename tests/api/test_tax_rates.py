"""Tax rates over the API."""

from __future__ import annotations

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_tax_rate

VAT = {"name": "VAT", "percentage": "19"}
UNKNOWN = f"txr_{'0' * 26}"


def test_nobody_sees_tax_rates_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/tax_rates").status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_write_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    answer = speaking_as(role).post("/tax_rates", VAT)
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert database().tax_rates.count_documents({}) == 0


def test_a_rate_is_created_shown_and_listed(admin: CheckedClient) -> None:
    answer = admin.post("/tax_rates", {**VAT, "inclusive": True, "country": "DE"})
    assert answer.status_code == 201
    assert admin.get(f"/tax_rates/{answer.json['id']}").json == answer.json
    assert (answer.json["object"], answer.json["status"]) == ("tax_rate", "active")
    create_tax_rate(country="AT", name="USt")

    def names(query: str) -> list[str]:
        return [row["name"] for row in admin.get(f"/tax_rates?{query}").json["data"]]

    assert names("country=DE") == ["VAT"]
    assert names("q=us") == ["USt"]
    assert names("sort=name") == ["USt", "VAT"]
    assert names("status=archived") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"percentage": 19}, "percentage"),
        ({"percentage": "19%"}, "percentage"),
        ({"percentage": "101"}, "percentage"),
        ({"inclusive": "yes"}, "inclusive"),
        ({"country": "de"}, "country"),
        ({"name": ""}, "name"),
        ({"rate": 1}, "rate"),
    ],
)
def test_a_rate_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/tax_rates", {**VAT, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_what_it_charges_is_fixed_and_the_rest_is_not(admin: CheckedClient) -> None:
    path = f"/tax_rates/{create_tax_rate().id}"
    refused = admin.patch(path, {"percentage": "20"})
    assert (refused.status_code, refused.json["code"]) == (409, "tax_rate_fixed")
    refused = admin.put(path, {**VAT, "inclusive": True})
    assert (refused.status_code, refused.json["code"]) == (409, "tax_rate_fixed")
    changed = admin.patch(path, {"name": "USt", "country": "DE"})
    assert (changed.status_code, changed.json["name"], changed.json["country"]) == (
        200, "USt", "DE",
    )  # fmt: skip


def test_archiving_takes_it_from_offer_once(admin: CheckedClient) -> None:
    path = f"/tax_rates/{create_tax_rate().id}"
    assert admin.post(f"{path}/archive").json["status"] == "archived"
    again = admin.post(f"{path}/archive")
    assert (again.status_code, again.json["code"]) == (409, "tax_rate_archived")


def test_a_missing_rate_is_404(admin: CheckedClient) -> None:
    assert admin.get("/tax_rates/txr_nothing").json["code"] == "tax_rate_not_found"


def test_a_customer_has_tax_rates(admin: CheckedClient) -> None:
    rate, path = create_tax_rate(), f"/customers/{create_customer().id}"
    assert admin.patch(path, {"tax_rate_ids": [rate.id]}).json["tax_rate_ids"] == [rate.id]
    refused = admin.patch(path, {"tax_rate_ids": [UNKNOWN]})
    assert (refused.status_code, refused.json["code"]) == (422, "tax_rate_missing")
    assert refused.json["errors"][0]["field"] == "tax_rate_ids"
    admin.post(f"/tax_rates/{rate.id}/archive")
    assert admin.patch(path, {"name": "Kept"}).json["tax_rate_ids"] == [rate.id]
    body = {"name": "New", "email": "new@example.com", "tax_rate_ids": [rate.id]}
    refused = admin.post("/customers", body)
    assert (refused.status_code, refused.json["code"]) == (409, "tax_rate_archived")
