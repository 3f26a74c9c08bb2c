"""Moving a plan's subscribers, in the browser."""

from __future__ import annotations

from billing.inputs import parse
from billing.plans.inputs import PlanInput
from billing.plans.models import Plan
from billing.plans.save_plan import update_plan
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription, plan_values
from tests.portal.page_client import PageClient


def dearer() -> tuple[Plan, str]:
    plan = create_plan(price=4900)
    subscription = create_subscription(plan=plan)
    return update_plan(plan.id, parse(PlanInput, plan_values(price=5900))), subscription.id


def test_subscribers_are_moved_after_a_look(admin: PageClient) -> None:
    plan, subscription_id = dearer()
    assert "Move others here" in admin.get(f"/plans/{plan.id}").text
    seen = admin.get(f"/plans/{plan.id}/move/2")
    assert "$49.00" in seen.text
    assert "$59.00" in seen.text
    page = admin.follow(admin.submit(f"/plans/{plan.id}/move/2", effective="period_end"))
    assert "1 subscriber was moved" in page.text
    assert get_subscription(subscription_id).pending_change["plan_version"] == 2
    assert "on the way to it" in admin.get(f"/plans/{plan.id}/move/2").text


def test_a_version_that_is_not_there_is_not_found(admin: PageClient) -> None:
    plan, _ = dearer()
    assert admin.get(f"/plans/{plan.id}/move/3").status == 404
