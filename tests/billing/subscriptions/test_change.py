"""Changing a subscription: the period is split, and what was billed stays as it was billed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Database, Row
from billing.errors import StaleRevision
from billing.inputs import merge, parse
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.subscribe import generate_invoice
from billing.plans.errors import PlanNotSubscribable
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import archive_plan, update_plan
from billing.subscriptions.errors import (
    PlanNotCompatible,
    PriceNotWhole,
    SubscriptionNotChangeable,
    SubscriptionNotFound,
)
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
    as_input,
)
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription, plan_values

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
MIDDLE = datetime(2026, 2, 14, 12, tzinfo=UTC)  # half of the 28 days from 31 Jan to 28 Feb
NEXT = datetime(2026, 2, 28, 12, tzinfo=UTC)


def change(subscription: Subscription, revision: int | None = None, **values: Any) -> Subscription:
    """Change some of it, as PATCH does."""
    patched = merge(SubscriptionChange, as_input(get_subscription(subscription.id)), values)
    with clock.frozen(MIDDLE):
        return update_subscription(subscription.id, patched, expected_revision=revision)


def started(plan: Plan | None = None, **values: Any) -> Subscription:
    with clock.frozen(START):
        return create_subscription(plan=plan, **values)


def next_line(subscription: Subscription) -> Row:
    """The plan's line of the next period's invoice."""
    with clock.frozen(NEXT):
        invoice = generate_invoice(GenerateInvoice(subscription_id=subscription.id))
    (line,) = (line for line in invoice.row()["line_items"] if line["kind"] == "plan")
    found: Row = line
    return found


def test_a_stranger_cannot_be_changed(db: Database[Row]) -> None:
    data = SubscriptionChange(plan_id=create_plan().id)
    with pytest.raises(SubscriptionNotFound):
        update_subscription("sub_01JD0000000000000000000000", data)


def test_what_was_billed_stays_as_it_was(db: Database[Row]) -> None:
    subscription = started(create_plan(pricing_model="per_unit", price=100), quantity=1)
    before = list(db.invoices.find({"subscription_id": subscription.id}))
    change(subscription, quantity=7)
    assert list(db.invoices.find({"subscription_id": subscription.id})) == before
    assert next_line(subscription)["amount"] == 700


def test_the_rest_of_the_period_is_charged_on_the_new_terms(db: Database[Row]) -> None:
    subscription = started(create_plan(pricing_model="per_unit", price=100), quantity=1)
    change(subscription, quantity=7)
    waiting = [item["line"] for item in db.pending_items.find({"waiting": True})]
    assert [(line["kind"], line["amount"]) for line in waiting] == [
        ("proration_credit", -50),
        ("proration_charge", 350),
    ]
    with clock.frozen(NEXT):
        invoice = generate_invoice(GenerateInvoice(subscription_id=subscription.id))
    assert [line.amount for line in invoice.line_items] == [-50, 350, 700]
    assert invoice.total == 1000
    assert db.pending_items.count_documents({"waiting": True}) == 0


def test_a_negotiated_price_is_taken_and_given_back(db: Database[Row]) -> None:
    subscription = started()
    assert change(subscription, price=3900).price == 3900
    assert change(subscription, price=None).price is None
    assert "price" not in get_subscription(subscription.id).row()
    change(subscription, price=1)
    assert next_line(subscription)["amount"] == 1


def test_another_plan_is_taken_in_its_present_version(db: Database[Row]) -> None:
    subscription = started()
    other = create_plan(name="Team")
    update_plan(other.id, parse(PlanInput, plan_values(name="Team", price=9900)))
    changed = change(subscription, plan_id=other.id)
    assert (changed.plan_id, changed.plan_version) == (other.id, 2)
    line = next_line(subscription)
    assert (line["description"], line["amount"]) == ("Team", 9900)


def test_ones_own_plan_stays_in_ones_own_version(db: Database[Row]) -> None:
    plan = create_plan()
    subscription = started(plan)
    update_plan(plan.id, parse(PlanInput, plan_values(price=9900)))
    archive_plan(plan.id)
    assert change(subscription, metadata={"a": "b"}).plan_version == 1
    assert next_line(subscription)["amount"] == 4900


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"currency": "EUR"}, "EUR"),
    ],
)
def test_a_plan_of_another_currency_is_refused(
    db: Database[Row], terms: dict[str, Any], told: str
) -> None:
    subscription = started()
    with pytest.raises(PlanNotCompatible) as refusal:
        change(subscription, plan_id=create_plan(**terms).id)
    assert refusal.value.field == "plan_id"
    assert told in refusal.value.message
    assert get_subscription(subscription.id).row() == subscription.row()


def test_a_change_in_a_pause_gives_no_more_back_than_was_paid(db: Database[Row]) -> None:
    subscription = started(create_plan(price=2800))
    with clock.frozen(MIDDLE):
        pause_subscription(subscription.id, PauseSubscription(proration="none"))
        dearer = create_plan(price=280_000)
        change(subscription, plan_id=dearer.id)
        resume_subscription(subscription.id)
        cancel_subscription(subscription.id, CancelSubscription(when="now", proration="credit"))
    assert sorted(row["total"] for row in db.invoices.find()) == [-1400, 2800]


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_plan_off_sale_is_refused(db: Database[Row], status: str) -> None:
    subscription = started()
    with pytest.raises(PlanNotSubscribable):
        change(subscription, plan_id=create_plan(status=status).id)


def test_a_price_must_fit_the_plan_it_moves_to(db: Database[Row]) -> None:
    subscription = started(create_plan(pricing_model="per_unit"), price="0.5")
    with pytest.raises(PriceNotWhole):
        change(subscription, plan_id=create_plan().id)
    assert change(subscription, plan_id=create_plan().id, price=None).plan_version == 1


def test_an_ended_subscription_cannot_be_changed(db: Database[Row]) -> None:
    subscription = started()
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    with pytest.raises(SubscriptionNotChangeable, match="cancelled"):
        change(subscription, quantity=2)


def test_an_old_revision_changes_nothing(db: Database[Row]) -> None:
    subscription = started()
    assert change(subscription, 2, quantity=2).revision == 3
    with pytest.raises(StaleRevision):
        change(subscription, 2, quantity=3)
    assert get_subscription(subscription.id).quantity == 2
