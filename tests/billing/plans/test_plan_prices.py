"""What may be said of prices: each model takes what it needs and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from billing.database import Database, Row
from billing.errors import Invalid
from billing.inputs import merge, parse
from billing.plans.inputs import PlanInput, as_input
from billing.plans.queries import get_plan, get_terms, plan_versions
from billing.plans.save_plan import update_plan
from billing.plans.views import plan_version_view, plan_view
from tests.factories import create_plan, create_subscription, plan_values

TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": None, "unit_amount": "400.5", "flat_amount": 0},
]
LAST = {"up_to": None, "unit_amount": 1, "flat_amount": 0}
GRADUATED = {"price": 0, "pricing_model": "graduated", "tiers": TIERS}
CALLS = {
    "pricing_model": "volume",
    "tiers": TIERS,
    "package_size": None,
    "key": "calls",
    "name": "API calls",
    "meter": "api_calls",
    "timing": "in_arrears",
    "unit_amount": None,
    "percentage": None,
    "fixed_amount": 0,
}
FEES = {
    "key": "fees",
    "name": "Card fees",
    "pricing_model": "percentage",
    "percentage": "2.90",
    "fixed_amount": "30.5",
    "meter": "volume",
}
SUPPORT = {"key": "support", "name": "Support", "pricing_model": "flat", "unit_amount": 900}
FULL = {
    **GRADUATED,
    "charges": [CALLS],
    "setup_fee": 9900,
    "trial_days": 14,
    "minimum_amount": 5000,
}


def wrong(**values: Any) -> dict[str, str]:
    """Field to message of what is refused about a plan."""
    with pytest.raises(Invalid) as refusal:
        parse(PlanInput, plan_values(**values), strict=True)
    return {error.field: error.message for error in refusal.value.errors}


def charged(**values: Any) -> dict[str, str]:
    """The same about a plan with one charge."""
    return wrong(charges=[values])


def test_all_prices_of_a_plan_are_kept_with_it_and_with_its_version(db: Database[Row]) -> None:
    plan = create_plan(**FULL)
    view = plan_view(get_plan(plan.id).row())
    version = plan_version_view(plan_versions(plan.id)[0])
    for name, value in FULL.items():
        assert (view[name], version[name]) == (value, value), name
    assert as_input(get_plan(plan.id)) == parse(PlanInput, plan_values(**FULL, status="active"))


def test_a_charge_is_billed_in_arrears_with_a_meter_and_in_advance_without(
    db: Database[Row],
) -> None:
    charges = create_plan(charges=[FEES, SUPPORT]).terms()["charges"]
    assert [charge["timing"] for charge in charges] == ["in_arrears", "in_advance"]
    assert (charges[0]["percentage"], charges[0]["fixed_amount"]) == ("2.9", "30.5")


@pytest.mark.parametrize(
    "terms",
    [
        GRADUATED,
        {"pricing_model": "package", "package_size": 100},
        {"charges": [SUPPORT]},
        {"setup_fee": 1},
        {"trial_days": 7},
        {"minimum_amount": 1},
    ],
)
def test_each_price_is_a_term_whose_change_makes_a_version(
    db: Database[Row], terms: dict[str, Any]
) -> None:
    subscription = create_subscription()
    plan = get_plan(subscription.plan_id)
    update_plan(plan.id, merge(PlanInput, as_input(plan), terms))
    assert get_plan(plan.id).version == 2
    old, new = get_terms(plan.id, 1), get_terms(plan.id, 2)
    assert any(old[name] != new[name] for name in terms)
    again = update_plan(plan.id, as_input(get_plan(plan.id)))
    assert again.version == 2


def test_rows_from_before_these_prices_are_still_read_and_make_no_version(
    db: Database[Row],
) -> None:
    plan = create_plan()
    silent = dict.fromkeys(
        ("tiers", "package_size", "charges", "setup_fee", "trial_days", "minimum_amount"), ""
    )
    db.plans.update_one({}, {"$unset": silent})
    db.plan_versions.update_one({}, {"$unset": silent})
    update_plan(plan.id, merge(PlanInput, as_input(get_plan(plan.id)), {"description": "New"}))
    view = plan_view(db.plans.find_one({}) or {})
    assert (view["charges"], view["setup_fee"], view["version"]) == ([], 0, 1)
    version = plan_version_view(plan_versions(plan.id)[0])
    assert (version["tiers"], version["package_size"], version["trial_days"]) == ([], None, 0)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({**GRADUATED, "tiers": []}, "tiers", "at least one tier"),
        ({"price": 0, "pricing_model": "volume"}, "tiers", "at least one tier"),
        ({**GRADUATED, "price": 100}, "price", "must be 0"),
        ({"tiers": TIERS}, "tiers", "left out for the pricing model flat"),
        ({"package_size": 5}, "package_size", "left out"),
        ({"pricing_model": "package"}, "package_size", "required"),
        ({"pricing_model": "package", "package_size": 0}, "package_size", "greater"),
        ({"pricing_model": "percentage"}, "pricing_model", "must be"),
        ({"price": "0.5"}, "price", "whole number"),
        ({"price": "0.5", "pricing_model": "stairs"}, "pricing_model", "must be"),
        ({**GRADUATED, "tiers": [{"up_to": 5}]}, "tiers", "The last tier must have no end"),
        ({**GRADUATED, "tiers": [LAST, LAST]}, "tiers", "Tier 1 needs an up_to"),
        ({**GRADUATED, "tiers": [{"up_to": 5}, {"up_to": 5}, LAST]}, "tiers", "Tier 2 must reach"),
        ({**GRADUATED, "tiers": [{"up_to": 9}, {"up_to": 5}, LAST]}, "tiers", "Tier 2 must reach"),
        ({**GRADUATED, "tiers": [{"up_to": 0}, LAST]}, "tiers.0.up_to", "greater"),
        ({**GRADUATED, "tiers": [{"unit_amount": -1}]}, "tiers.0.unit_amount", "negative"),
        ({**GRADUATED, "tiers": [{"flat_amount": "0.5"}]}, "tiers.0.flat_amount", "whole"),
        ({**GRADUATED, "tiers": [{"price": 5}]}, "tiers.0.price", "not a field"),
        ({**GRADUATED, "tiers": [LAST] * 101}, "tiers", "at most 100 entries"),
        ({"charges": [SUPPORT, SUPPORT]}, "charges", "a key of their own"),
        ({"features": [{"key": "a", "name": "A"}] * 2}, "features", "a key of their own"),
        ({"charges": [SUPPORT] * 51}, "charges", "at most 50 entries"),
        ({"setup_fee": -1}, "setup_fee", "greater"),
        ({"setup_fee": "5.5"}, "setup_fee", "whole number"),
        ({"trial_days": 731}, "trial_days", "less"),
        ({"trial_days": -1}, "trial_days", "greater"),
        ({"minimum_amount": -1}, "minimum_amount", "greater"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_by_its_field(
    values: dict[str, Any], field: str, words: str
) -> None:
    found = wrong(**values)
    assert set(found) == {field}
    assert words in found[field]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({**SUPPORT, "key": "Not a key"}, "key", "form"),
        ({**SUPPORT, "name": ""}, "name", "empty"),
        ({**SUPPORT, "unit_amount": None}, "unit_amount", "required"),
        ({**SUPPORT, "unit_amount": "0.5"}, "unit_amount", "whole number"),
        ({**SUPPORT, "unit_amount": -5}, "unit_amount", "negative"),
        ({**SUPPORT, "meter": "Mr. X"}, "meter", "form"),
        ({**SUPPORT, "meter": "calls"}, "meter", "left out"),
        ({**SUPPORT, "timing": "in_arrears"}, "timing", "in_advance for a charge without a meter"),
        ({**SUPPORT, "timing": "later"}, "timing", "must be"),
        ({**SUPPORT, "percentage": "5"}, "percentage", "left out"),
        ({**SUPPORT, "fixed_amount": 5}, "fixed_amount", "must be 0"),
        ({**CALLS, "timing": "in_advance"}, "timing", "in_arrears for a charge with a meter"),
        ({**CALLS, "unit_amount": 5}, "unit_amount", "left out"),
        ({**CALLS, "tiers": [LAST, LAST]}, "tiers", "Tier 1"),
        ({**FEES, "meter": None}, "meter", "required"),
        ({**FEES, "percentage": None}, "percentage", "required"),
        ({**FEES, "percentage": "100.1"}, "percentage", "form"),
        ({**FEES, "percentage": "-1"}, "percentage", "form"),
        ({**FEES, "percentage": 2.9}, "percentage", "text"),
        ({**FEES, "fixed_amount": -1}, "fixed_amount", "negative"),
        ({**FEES, "pricing_model": "package"}, "package_size", "required"),
    ],
)
def test_a_charge_that_makes_no_sense_is_refused_by_its_field(
    values: dict[str, Any], field: str, words: str
) -> None:
    found = charged(**values)
    path = f"charges.0.{field}".rstrip(".")
    assert words in found[path]
