"""The plan page: prices in words, subscribers by version, and what a quantity would cost."""

from __future__ import annotations

import pytest

from billing.inputs import merge
from billing.plans.inputs import PlanInput, as_input
from billing.plans.models import Plan
from billing.plans.queries import get_plan, list_plans
from billing.plans.save_plan import update_plan
from tests.billing.plans.test_plan_prices import CALLS, FEES, SUPPORT
from tests.factories import create_meter, create_plan, create_subscription
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

PART = {"HX-Request": "true", "HX-Target": "calculated"}


def platform() -> Plan:
    """A plan with every kind of price."""
    return create_plan(
        name="Platform",
        price=0,
        pricing_model="graduated",
        tiers=CALLS["tiers"],
        charges=[SUPPORT, CALLS, FEES, {**SUPPORT, "key": "box", "pricing_model": "package",
                                        "package_size": 1000, "meter": "boxes"}],
        setup_fee=9900,
        trial_days=14,
        minimum_amount=5000,
    )  # fmt: skip


def test_every_price_is_said_in_words(admin: PageClient) -> None:
    text = admin.get(f"/plans/{platform().id}").text
    for words in (
        "Priced by tiers, per month",
        "14 days",
        "Up to 10: $5.00 a unit, plus $10.00",
        "Above 10: $4.005 a unit",
        "Up to 10: $5.00 for all units, plus $10.00",
        "2.9 % of the amount, plus $0.305 for each event",
        "$9.00 for each 1,000 units begun",
        "On api_calls, in arrears",
        "$99.00 Once, on the first invoice",
        "$50.00 at least Each full period, afterwards",
    ):
        assert words in text


def test_the_page_says_what_1_10_and_250_would_cost(admin: PageClient) -> None:
    plan = create_plan(price=700, pricing_model="per_unit", setup_fee=100)
    text = admin.get(f"/plans/{plan.id}").text
    assert "Quantity 1 10 250 Pro $7.00 $70.00 $1,750.00" in text
    assert "Per month $7.00 $70.00 $1,750.00" in text
    assert "adds the setup fee of $1.00" in text


def test_quantities_and_usage_are_asked_for_in_the_address(admin: PageClient) -> None:
    path = f"/plans/{platform().id}?quantities=5,+11&usage.api_calls=12&usage.volume=10000"
    seen = admin.get(f"{path}&events.volume=2")
    assert "Quantity 5 11" in seen.text
    assert "API calls $48.06 $48.06" in seen.text  # all 12 at 400.5
    assert "Card fees $3.51 $3.51" in seen.text  # 290 + 2 × 30.5  # noqa: RUF003
    assert "Platform $35.00 $64.01" in seen.text
    assert "Per month $95.57 $124.58" in seen.text
    assert 'value="5, 11"' in seen.html


def test_a_minimum_is_a_line_only_where_something_is_missing(admin: PageClient) -> None:
    plan = create_plan(price=700, pricing_model="per_unit", minimum_amount=1000)
    text = admin.get(f"/plans/{plan.id}?quantities=1,2").text
    assert "Minimum commitment $3.00 –" in text  # noqa: RUF001


def test_while_typing_only_the_result_is_exchanged(admin: PageClient) -> None:
    path = f"/plans/{create_plan().id}?quantities=3"
    part = admin.get(path, headers=PART)
    assert "<main" not in part.html
    assert "$49.00" in part.html
    back = admin.get(path, headers={**PART, "HX-History-Restore-Request": "true"})
    assert "<main" in back.html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("quantities=many", "Quantity must be a whole number."),
        ("quantities=0", "Quantity must be greater than or equal to 1."),
        ("quantities=1,2,3,4,5,6,7,8,9", "At most 8 quantities can be compared."),
        ("usage.api_calls=a+lot", "Usage of api_calls"),
        ("usage.api_calls=-1", "Usage of api_calls"),
        ("events.volume=1.5", "Events of volume must be a whole number."),
        ("quantities=1000000&usage.volume=999999999999999", "Usage of volume"),
    ],
)
def test_what_cannot_be_calculated_is_said_and_stays_typed(
    admin: PageClient, query: str, words: str
) -> None:
    path = f"/plans/{platform().id}?{query}"
    assert words in admin.get(path).text
    assert words in admin.get(path, headers=PART).html


def test_an_amount_beyond_an_invoice_is_said(admin: PageClient) -> None:
    plan = create_plan(price=10**12, pricing_model="per_unit")
    assert "larger than an invoice can bear" in admin.get(f"/plans/{plan.id}").text


def test_no_quantities_are_the_usual_ones_and_unknown_usage_does_not_matter(
    admin: PageClient,
) -> None:
    plan = create_plan()
    seen = admin.get(f"/plans/{plan.id}?quantities=&usage.unknown=5&nonsense=1")
    assert "Quantity 1 10 250" in seen.text
    assert "Quantity" not in admin.get(f"/plans/{plan.id}?quantities=,").text.replace(
        "Quantities", ""
    )


def test_the_editor_calculates_what_is_typed_and_saves_nothing(admin: PageClient) -> None:
    typed = {"name": "Team", "pricing_model": "per_unit", "price": "7", "setup_fee": "1"}
    seen = admin.submit("/plans/new", **typed, quantities="1, 3", calculate="y")
    assert "Quantity 1 3 Team $7.00 $21.00 Per month $7.00 $21.00" in seen.text
    assert "setup fee of $1.00" in seen.text
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_plans().total == 0
    assert admin.send(seen).status == 303


def test_the_editor_of_a_plan_shows_what_it_costs_now(admin: PageClient) -> None:
    plan = platform()
    page = admin.get(f"/plans/{plan.id}/edit")
    assert "Quantity 1 10 250 Platform $15.00 $60.00" in page.text
    seen = admin.send(page, **{"tiers-0-unit_amount": "6.00"}, calculate="y")
    assert "Platform $16.00 $70.00" in seen.text
    assert get_plan(plan.id).version == 1


def test_the_editor_says_what_keeps_it_from_calculating(admin: PageClient) -> None:
    page = admin.get("/plans/new")
    assert "is required" not in page.text
    asked = {**PART, "HX-Target": "calculated"}
    values = {**page.values(), "name": "Team", "price": "cheap", "calculate": "y"}
    part = admin.post("/plans/new", values, headers=asked)
    assert (part.status, "<main" in part.html) == (200, False)
    assert "Enter an amount such as 49.00." in part.html
    values |= {"price": "5", "pricing_model": "volume"}
    said = admin.post("/plans/new", values, headers=asked).html
    assert "Tiers must have at least one tier for the pricing model volume." in said
    assert list_plans().total == 0


def test_versions_say_how_many_subscribe_to_each(admin: PageClient) -> None:
    subscription = create_subscription()
    plan = create_plan()
    for _ in range(2):
        create_subscription(plan=plan)
    update_plan(plan.id, merge(PlanInput, as_input(plan), {"price": 5900}))
    text = admin.get(f"/plans/{plan.id}").text
    assert "2 (now) Pro $59.00 per month Flat 0" in text
    assert "1 Pro $49.00 per month Flat 2" in text
    assert "2 live" in text
    assert "1 live" in admin.get(f"/plans/{subscription.plan_id}").text


def test_a_meter_that_does_not_exist_is_warned_of(admin: PageClient) -> None:
    plan = create_plan(charges=[CALLS, FEES])
    create_meter(key="api_calls")
    text = admin.get(f"/plans/{plan.id}").text
    assert "No meter has the key volume yet" in text
    create_meter(key="volume")
    assert "No meter has the key" not in admin.get(f"/plans/{plan.id}").text


def test_who_may_read_plans_may_calculate(visiting_as: Visitor) -> None:
    assert "What would it cost?" in visiting_as("viewer").get(f"/plans/{create_plan().id}").text
