"""Moving a plan's subscribers: seen before it is done, once for each, and no one stops the rest."""

from __future__ import annotations

from billing.changes.change import update_subscription
from billing.changes.move_subscribers import MoveSubscribers, move_subscribers, preview_move
from billing.database import Database, Row
from billing.inputs import merge, parse
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import update_plan
from billing.subscriptions.inputs import SubscriptionChange, as_input
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription, plan_values


def plan_in_two_versions() -> tuple[Plan, list[str]]:
    plan = create_plan(price=4900)
    ids = [create_subscription(plan=plan).id for _ in range(3)]
    plan = update_plan(plan.id, parse(PlanInput, plan_values(price=5900)))
    create_subscription(plan=plan)
    return plan, ids


def test_the_preview_tells_what_is_then_done(db: Database[Row]) -> None:
    plan, ids = plan_in_two_versions()
    data = MoveSubscribers(version=2)
    foreseen = preview_move(plan.id, data)
    assert (foreseen.subscribers, foreseen.before, foreseen.after) == (3, 14700, 17700)
    assert db.subscriptions.count_documents({"pending_change.plan_version": 2}) == 0
    moved = move_subscribers(plan.id, data)
    assert (moved.subscribers, moved.refused) == (3, [])
    for subscription_id in ids:
        waiting = get_subscription(subscription_id)
        assert (waiting.plan_version, waiting.pending_change["plan_version"]) == (1, 2)


def test_a_second_time_moves_nobody(db: Database[Row]) -> None:
    plan, _ = plan_in_two_versions()
    for effective in ("period_end", "now"):
        data = MoveSubscribers(version=2, effective=effective)
        move_subscribers(plan.id, data)
        assert move_subscribers(plan.id, data).subscribers == 0


def test_now_splits_the_period(db: Database[Row]) -> None:
    plan, ids = plan_in_two_versions()
    data = MoveSubscribers(version=2, effective="now", proration_behavior="create_prorations")
    assert move_subscribers(plan.id, data).subscribers == 3
    assert {get_subscription(i).plan_version for i in ids} == {2}
    lines = [item["line"]["amount"] for item in db.pending_items.find({"waiting": True})]
    assert lines == [-4900, 5900] * 3


def test_who_cannot_be_moved_is_named_and_stops_nobody(db: Database[Row]) -> None:
    plan = create_plan(price=4900, pricing_model="per_unit")
    odd = create_subscription(plan=plan, price="4900.5").id
    fine = create_subscription(plan=plan).id
    update_plan(plan.id, parse(PlanInput, plan_values(price=5900, pricing_model="flat")))
    moved = move_subscribers(plan.id, MoveSubscribers(version=2))
    assert moved.subscribers == 1
    assert [subscription_id for subscription_id, _ in moved.refused] == [odd]
    assert get_subscription(fine).pending_change["plan_version"] == 2


def test_who_is_about_to_change_otherwise_is_left_to_it(db: Database[Row]) -> None:
    plan, other = create_plan(pricing_model="per_unit"), create_plan(pricing_model="per_unit")
    changes = [{"quantity": 5}, {"price": 4000}, {"plan_id": other.id}]
    ids = [create_subscription(plan=plan, quantity=9).id for _ in changes]
    update_plan(other.id, parse(PlanInput, plan_values(pricing_model="per_unit", price=1)))
    for subscription_id, change in zip(ids, changes, strict=True):
        present = as_input(get_subscription(subscription_id))
        wanted = merge(SubscriptionChange, present, {**change, "effective": "period_end"})
        update_subscription(subscription_id, wanted)
    update_plan(plan.id, parse(PlanInput, plan_values(pricing_model="per_unit", price=5900)))
    waiting = [get_subscription(subscription_id).pending_change for subscription_id in ids]
    for effective in ("now", "period_end"):
        data = MoveSubscribers(version=2, effective=effective)
        foreseen, moved = preview_move(plan.id, data), move_subscribers(plan.id, data)
        assert (foreseen.subscribers, moved.subscribers) == (0, 0)
        assert foreseen.refused == moved.refused
        assert {subscription_id for subscription_id, _ in moved.refused} == set(ids)
    assert [get_subscription(id_).pending_change for id_ in ids] == waiting
