"""Plans: what is charged is kept version by version, and nobody's terms change under them."""

from __future__ import annotations

from typing import Any

import pytest

from billing.database import Database, Row
from billing.errors import Invalid, StaleRevision
from billing.inputs import merge, parse
from billing.plans.errors import PlanMoveRefused, PlanNotFound, PlanNotSubscribable
from billing.plans.inputs import PlanInput, as_input
from billing.plans.queries import (
    find_plan,
    get_plan,
    get_terms,
    list_plans,
    plan_names,
    plan_versions,
)
from billing.plans.save_plan import archive_plan, update_plan
from billing.plans.views import plan_version_view, plan_view
from billing.subscriptions.queries import get_subscription
from tests.factories import create_customer, create_plan, create_subscription, plan_values

FULL = {
    "name": "Team",
    "description": "For teams",
    "price": "12.5",
    "currency": "EUR",
    "billing_cycle": "yearly",
    "interval_count": 2,
    "features": [{"key": "api", "name": "API access", "enabled": False}],
    "limits": {"seats": 10, "projects.open": None},
    "status": "draft",
    "tier": "gold",
    "pricing_model": "per_unit",
    "metadata": {"sku": "T-1"},
}


def change(plan_id: str, revision: int | None = None, **values: Any) -> Any:
    """Change some of a plan, as PATCH does."""
    patched = merge(PlanInput, as_input(get_plan(plan_id)), values)
    return update_plan(plan_id, patched, expected_revision=revision)


def test_what_is_not_there_is_not_found(db: Database[Row]) -> None:
    unknown = "plan_01JD0000000000000000000000"
    for get in (get_plan, plan_versions, archive_plan):
        with pytest.raises(PlanNotFound):
            get(unknown)
    with pytest.raises(PlanNotFound):
        get_terms(create_plan().id, 2)
    assert find_plan(unknown) is None


def test_everything_said_of_a_plan_is_kept(db: Database[Row]) -> None:
    plan = create_plan(**FULL)
    view = plan_view(get_plan(plan.id).row())
    assert {name: view[name] for name in FULL} == FULL
    assert (view["version"], get_plan(plan.id).revision) == (1, 1)
    assert as_input(get_plan(plan.id)) == parse(PlanInput, FULL)


def test_a_new_plan_is_on_sale(db: Database[Row]) -> None:
    assert create_plan().status == "active"
    assert create_plan(status="draft").status == "draft"


@pytest.mark.parametrize(
    "terms",
    [
        {"name": "Pro 2"},
        {"price": 5900},
        {"currency": "EUR"},
        {"billing_cycle": "yearly"},
        {"interval_count": 3},
        {"pricing_model": "per_unit"},
    ],
)
def test_new_terms_make_a_new_version_and_subscribers_stay_on_theirs(
    db: Database[Row], terms: dict[str, Any]
) -> None:
    plan = create_plan()
    old = create_subscription(plan=plan)
    changed = change(plan.id, 1, **terms)
    assert (changed.version, changed.revision) == (2, 2)
    assert get_subscription(old.id).plan_version == 1
    assert create_subscription(plan=changed).plan_version == 2
    first, second = get_terms(plan.id, 1), get_terms(plan.id, 2)
    (name, value) = next(iter(terms.items()))
    assert first[name] != value
    assert second[name] == value
    versions = [plan_version_view(row) for row in plan_versions(plan.id)]
    assert [row["version"] for row in versions] == [2, 1]
    assert all("_id" not in row and row["object"] == "plan_version" for row in versions)


@pytest.mark.parametrize(
    "values",
    [
        {"description": "New words"},
        {"tier": "silver"},
        {"limits": {"seats": 3}},
        {"metadata": {"sku": "P-2"}},
        {"features": [{"key": "sso", "name": "Single sign-on"}]},
        {},
    ],
)
def test_what_changes_no_charge_makes_no_version(db: Database[Row], values: dict[str, Any]) -> None:
    plan = create_plan()
    changed = change(plan.id, **values)
    assert changed.version == 1
    assert len(plan_versions(plan.id)) == 1
    for name, value in values.items():
        stored = plan_view(get_plan(plan.id).row())[name]
        assert stored == ([{**value[0], "enabled": True}] if name == "features" else value)


def test_a_draft_is_rewritten_in_place(db: Database[Row]) -> None:
    plan = create_plan(status="draft")
    assert change(plan.id, price=100).version == 1
    activated = change(plan.id, price=200, status="active")
    assert activated.version == 1
    assert [row["price"] for row in plan_versions(plan.id)] == [200]
    assert change(plan.id, price=300).version == 2


@pytest.mark.parametrize(
    ("status", "to", "allowed"),
    [
        ("draft", "draft", True),
        ("draft", "active", True),
        ("draft", "archived", True),
        ("active", "draft", False),
        ("active", "active", True),
        ("active", "archived", True),
        ("archived", "draft", False),
        ("archived", "active", True),
        ("archived", "archived", True),
    ],
)
def test_a_plan_moves_between_states_as_its_table_says(
    db: Database[Row], status: str, to: str, allowed: bool
) -> None:
    plan = create_plan(status="draft" if status == "draft" else "active")
    if status == "archived":
        archive_plan(plan.id)
    before = get_plan(plan.id)
    if allowed:
        assert change(plan.id, status=to).status == to
        return
    with pytest.raises(PlanMoveRefused) as refusal:
        change(plan.id, status=to, price=1)
    assert status in refusal.value.message
    assert to in refusal.value.message
    assert get_plan(plan.id).row() == before.row()


def test_archiving_takes_a_plan_off_sale_and_leaves_its_subscriptions(db: Database[Row]) -> None:
    subscription = create_subscription()
    plan = archive_plan(subscription.plan_id, expected_revision=1)
    assert (plan.status, plan.revision) == ("archived", 2)
    assert get_subscription(subscription.id).status == "active"
    with pytest.raises(PlanMoveRefused):
        archive_plan(plan.id)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_only_an_active_plan_takes_subscriptions(db: Database[Row], status: str) -> None:
    plan = create_plan(status=status)
    with pytest.raises(PlanNotSubscribable) as refusal:
        create_subscription(plan=plan)
    assert refusal.value.field == "plan_id"
    assert status in refusal.value.message
    assert db.subscriptions.count_documents({}) == 0


def test_an_old_revision_changes_nothing(db: Database[Row]) -> None:
    plan = create_plan()
    with pytest.raises(StaleRevision):
        change(plan.id, 2, price=1)
    with pytest.raises(StaleRevision):
        archive_plan(plan.id, expected_revision=2)
    assert plan_versions(plan.id)[0]["price"] == 4900
    assert len(plan_versions(plan.id)) == 1


def test_a_flat_price_has_no_fraction_of_a_cent(db: Database[Row]) -> None:
    with pytest.raises(Invalid):
        create_plan(price="0.5")
    plan = create_plan(price="0.5", pricing_model="per_unit")
    with pytest.raises(Invalid):
        change(plan.id, pricing_model="flat")
    assert get_plan(plan.id).pricing_model == "per_unit"


def test_an_existing_plan_keeps_its_state_when_none_is_given(db: Database[Row]) -> None:
    plan = create_plan(status="draft")
    update_plan(plan.id, parse(PlanInput, plan_values()))
    assert get_plan(plan.id).status == "draft"


def test_lists_filter_and_sort(db: Database[Row]) -> None:
    one = create_plan(name="basic", tier="Bronze tier")
    two = create_plan(name="Advanced", currency="EUR", billing_cycle="yearly", status="draft")
    ids = lambda page: [row["_id"] for row in page.items]  # noqa: E731
    assert ids(list_plans()) == [two.id, one.id]
    assert ids(list_plans(sort="name")) == [two.id, one.id]
    assert ids(list_plans(sort="-name")) == [one.id, two.id]
    assert ids(list_plans(status="draft")) == [two.id]
    assert ids(list_plans(currency="USD")) == [one.id]
    assert ids(list_plans(billing_cycle="yearly")) == [two.id]
    assert ids(list_plans(q="bronze")) == [one.id]
    assert plan_names([one.id, two.id, one.id]) == {one.id: "basic", two.id: "Advanced"}


def test_two_currencies_can_be_sold_to_one_customer(db: Database[Row]) -> None:
    customer = create_customer()
    create_subscription(customer=customer, plan=create_plan())
    create_subscription(customer=customer, plan=create_plan(currency="JPY", price=500))
    assert {row["currency"] for row in db.invoices.find()} == {"USD", "JPY"}
