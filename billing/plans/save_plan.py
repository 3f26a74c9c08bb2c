"""Creating, changing and archiving plans."""

from billing.database import database
from billing.events.journal import insert, update
from billing.phrases import Code
from billing.plans.errors import PlanMoveRefused
from billing.plans.inputs import PlanInput
from billing.plans.models import Feature, Plan
from billing.plans.queries import get_plan, kept_plans
from billing.search import search_terms
from billing.transactions import operation

_MOVES = {"draft": {"active", "archived"}, "active": {"archived"}, "archived": {"active"}}


@operation
def create_plan(data: PlanInput) -> Plan:
    """A new plan, active unless said otherwise, with the first version of its terms."""
    plan = Plan(status=data.status or "active")
    _fill(plan, data)
    insert(plan, "plan.created")
    database().plan_versions.insert_one(plan.terms())
    return plan


@operation
def update_plan(plan_id: str, data: PlanInput, expected_revision: int | None = None) -> Plan:
    """Replace what is known of a plan.

    New terms become version n+1 and present subscriptions stay on theirs; a draft, which nobody
    can have subscribed to, is rewritten in place. Raises PlanNotFound, StaleRevision and
    PlanMoveRefused.
    """
    plan = get_plan(plan_id)
    plan.check_revision(expected_revision)
    before, was_draft = plan.terms(), plan.status == "draft"
    if data.status is not None:
        _move(plan, data.status)
    _fill(plan, data)
    if before != plan.terms():
        plan.version += 0 if was_draft else 1
        terms = plan.terms()
        database().plan_versions.replace_one({"_id": terms["_id"]}, terms, upsert=True)
    update(plan, "plan.updated")
    kept_plans.changed()
    return plan


@operation
def archive_plan(plan_id: str, expected_revision: int | None = None) -> Plan:
    """Take a plan off sale; its subscriptions go on. Raises PlanNotFound, PlanMoveRefused."""
    plan = get_plan(plan_id)
    plan.check_revision(expected_revision)
    if plan.status == "archived":
        raise PlanMoveRefused("The plan is archived already.")
    _move(plan, "archived")
    update(plan, "plan.archived")
    kept_plans.changed()
    return plan


def _fill(plan: Plan, data: PlanInput) -> None:
    values = data.model_dump(exclude={"status", "features"})
    for name, value in values.items():
        setattr(plan, name, value)
    plan.features = [Feature(**feature.model_dump()) for feature in data.features]
    plan.name_key = data.name.casefold()
    plan.search_terms = search_terms(data.name, data.tier)


def _move(plan: Plan, status: str) -> None:
    if status != plan.status and status not in _MOVES[plan.status]:
        raise PlanMoveRefused(
            "A plan that is %(status)s cannot become %(other)s.",
            status=Code(plan.status),
            other=Code(status),
        )
    plan.status = status
