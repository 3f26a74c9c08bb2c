"""Plans over the API."""

from __future__ import annotations

import pytest

from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_plan, create_subscription

PRO = {"name": "Pro", "price": 4900, "currency": "USD", "billing_cycle": "monthly"}


def test_nobody_sees_plans_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/plans").status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_write_plans_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    answer = speaking_as(role).post("/plans", PRO)
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert "write:plans" in answer.json["detail"]
    assert database().plans.count_documents({}) == 0


def test_a_customers_user_may_not_read_the_price_list(stranger: CheckedClient) -> None:
    assert stranger.get("/plans").status_code == 403
    assert stranger.get(f"/plans/{create_plan().id}").status_code == 403


def test_a_plan_is_created_and_shown(admin: CheckedClient) -> None:
    features = [{"key": "sso", "name": "Single sign-on", "enabled": True}]
    limits = {"seats": 10, "projects": None}
    answer = admin.post("/plans", {**PRO, "features": features, "limits": limits, "tier": "gold"})
    assert answer.status_code == 201
    assert admin.get(f"/plans/{answer.json['id']}").json == answer.json
    assert (answer.json["features"], answer.json["limits"]) == (features, limits)
    assert (answer.json["status"], answer.json["version"]) == ("active", 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": "49.00x"}, "price"),
        ({"price": 49.5}, "price"),
        ({"price": -1}, "price"),
        ({"price": True}, "price"),
        ({"price": 10**12 + 1}, "price"),
        ({"price": "0.25"}, "price"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "QQQ"}, "currency"),
        ({"billing_cycle": "fortnightly"}, "billing_cycle"),
        ({"interval_count": 0}, "interval_count"),
        ({"limits": {"seats": "ten"}}, "limits.seats"),
        ({"limits": {"$gt": 1}}, "limits.$gt"),
        ({"features": [{"key": "A b", "name": "x"}]}, "features.0.key"),
        ({"status": "sold"}, "status"),
        ({"name": ""}, "name"),
        ({"version": 3}, "version"),
    ],
)
def test_a_plan_that_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/plans", {**PRO, **change})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_a_price_finer_than_a_cent_stays_exact(admin: CheckedClient) -> None:
    answer = admin.post("/plans", {**PRO, "price": "0.25", "pricing_model": "per_unit"})
    assert answer.json["price"] == "0.25"


def test_a_new_price_makes_a_version_and_subscribers_stay_on_theirs(admin: CheckedClient) -> None:
    plan = create_plan()
    subscription = create_subscription(plan_id=plan.id)
    changed = admin.patch(f"/plans/{plan.id}", {"price": 5900})
    assert (changed.json["price"], changed.json["version"]) == (5900, 2)
    versions = admin.get(f"/plans/{plan.id}/versions").json
    assert [(row["version"], row["price"]) for row in versions["data"]] == [(2, 5900), (1, 4900)]
    assert (versions["total"], versions["has_more"]) == (2, False)
    shown = admin.get(f"/subscriptions/{subscription.id}").json
    assert shown["plan_version"] == 1


def test_patching_limits_replaces_them_since_null_means_unlimited(admin: CheckedClient) -> None:
    plan = create_plan(limits={"seats": 10, "projects": 3})
    answer = admin.patch(f"/plans/{plan.id}", {"limits": {"seats": None}})
    assert answer.json["limits"] == {"seats": None}


def test_put_replaces_a_plan(admin: CheckedClient) -> None:
    plan = create_plan(tier="gold", limits={"seats": 1})
    answer = admin.put(f"/plans/{plan.id}", {**PRO, "name": "Basic"})
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["tier"], answer.json["limits"]) == ("Basic", None, {})


def test_archiving_takes_a_plan_off_sale_once(admin: CheckedClient) -> None:
    plan = create_plan()
    answer = admin.post(f"/plans/{plan.id}/archive")
    assert (answer.status_code, answer.json["status"]) == (200, "archived")
    again = admin.post(f"/plans/{plan.id}/archive", {})
    assert (again.status_code, again.json["code"]) == (409, "plan_move_refused")
    customer = admin.post("/customers", {"name": "A", "email": "a@example.com"}).json
    refused = admin.post("/subscriptions", {"customer_id": customer["id"], "plan_id": plan.id})
    assert (refused.status_code, refused.json["code"]) == (409, "plan_not_subscribable")


def test_an_action_takes_no_fields(admin: CheckedClient) -> None:
    answer = admin.post(f"/plans/{create_plan().id}/archive", {"force": True})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "force"


def test_lists_filter(admin: CheckedClient) -> None:
    create_plan(name="Basic", currency="EUR")
    create_plan(name="Yearly", billing_cycle="yearly")
    create_plan(name="Sketch", status="draft")

    def names(query: str) -> list[str]:
        return [row["name"] for row in admin.get(f"/plans?{query}").json["data"]]

    assert names("currency=EUR") == ["Basic"]
    assert names("billing_cycle=yearly") == ["Yearly"]
    assert names("status=draft") == ["Sketch"]
    assert names("q=bas") == ["Basic"]
    assert names("sort=name") == ["Basic", "Sketch", "Yearly"]


TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": None, "unit_amount": "400.5", "flat_amount": 0},
]
GRADUATED = {**PRO, "price": 0, "pricing_model": "graduated", "tiers": TIERS}
FEES = {
    "key": "fees",
    "name": "Card fees",
    "pricing_model": "percentage",
    "percentage": "2.9",
    "fixed_amount": 30,
    "meter": "volume",
}


def test_every_price_of_a_plan_is_shown_as_it_was_sent(admin: CheckedClient) -> None:
    sent = {**GRADUATED, "charges": [FEES], "setup_fee": 9900, "trial_days": 14}
    answer = admin.post("/plans", {**sent, "minimum_amount": 5000})
    assert answer.status_code == 201
    unused = {"unit_amount": None, "tiers": [], "package_size": None, "timing": "in_arrears"}
    expected = {**sent, "charges": [{**FEES, **unused}], "minimum_amount": 5000}
    assert {name: answer.json[name] for name in expected} == expected
    (version,) = admin.get(f"/plans/{answer.json['id']}/versions").json["data"]
    names = ("tiers", "charges", "setup_fee", "trial_days", "minimum_amount", "package_size")
    assert {name: version[name] for name in names} == {name: answer.json[name] for name in names}


def test_a_patch_to_another_pricing_model_brings_what_it_needs(admin: CheckedClient) -> None:
    plan = create_plan()
    refused = admin.patch(f"/plans/{plan.id}", {"pricing_model": "graduated"})
    assert {error["field"] for error in refused.json["errors"]} == {"price", "tiers"}
    patch = {"pricing_model": "graduated", "price": 0, "tiers": TIERS}
    assert admin.patch(f"/plans/{plan.id}", patch).json["version"] == 2
    back = {"pricing_model": "flat", "price": 100, "tiers": []}
    assert admin.patch(f"/plans/{plan.id}", back).json["tiers"] == []


def test_an_estimate_says_what_an_invoice_would(admin: CheckedClient) -> None:
    plan = admin.post("/plans", {**GRADUATED, "charges": [FEES], "setup_fee": 100}).json
    asked = {"quantity": 12, "usage": {"volume": "10050"}, "events": {"volume": 5}}
    answer = admin.post(f"/plans/{plan['id']}/estimate", asked)
    assert answer.status_code == 200
    base, fees = answer.json["lines"]
    assert (base["amount"], base["unit_amount"]) == (6801, None)
    assert (fees["kind"], fees["quantity"], fees["amount"]) == ("usage", 10050, 441)
    assert [step["quantity"] for step in base["explanation"]["steps"]] == [10, 2]
    assert (answer.json["amount"], answer.json["setup_fee"]) == (7242, 100)
    assert answer.json["plan_version"] == 1


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_read_plans_may_have_them_estimated(speaking_as: Speaker, role: str) -> None:
    path = f"/plans/{create_plan().id}/estimate"
    assert speaking_as(role).post(path, {}).json["amount"] == 4900


def test_an_estimate_with_unknown_usage_or_version_is_refused(admin: CheckedClient) -> None:
    path = f"/plans/{create_plan().id}/estimate"
    answer = admin.post(path, {"usage": {"calls": 1}})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["usage.calls"]
    assert admin.post(path, {"version": 2}).json["code"] == "plan_not_found"


def test_a_missing_plan_is_404(admin: CheckedClient) -> None:
    for path in ("/plans/plan_nothing", "/plans/plan_nothing/versions"):
        assert admin.get(path).json["code"] == "plan_not_found"
