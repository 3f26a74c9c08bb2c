"""The plans of a mapping: those that exist, and those that its first import makes."""

from billing.database import Row, database
from billing.imports.errors import MappingInvalid
from billing.imports.mapping import ExistingPlan, Mapping
from billing.plans.models import Plan
from billing.plans.save_plan import create_plan
from billing.subscriptions.start import get_subscribable_plan
from billing.transactions import operation


def plan_terms(mapping: Mapping) -> dict[str, Row]:
    """What each plan of the mapping charges, whether it exists yet or not.

    Raises PlanNotFound, PlanNotSubscribable and MappingInvalid.
    """
    made = _made(mapping)
    return {key: _terms(mapping, key, made.get(key)) for key in mapping.plans}


@operation
def ensure_plans(mapping: Mapping) -> dict[str, Plan]:
    """The plans by the mapping's keys; those that are not there yet are made, by one importer."""
    # Raised first: of two imports at once the later one starts over and finds the plans made.
    database().imports.update_one({"_id": mapping.name}, {"$inc": {"starts": 1}}, upsert=True)
    made, plans = _made(mapping), {}
    for key, plan in mapping.plans.items():
        if isinstance(plan, ExistingPlan):
            plans[key] = get_subscribable_plan(plan.id)
        elif key in made:
            plans[key] = get_subscribable_plan(made[key])
        else:
            plans[key] = create_plan(plan)
    ids = {key: plan.id for key, plan in plans.items()}
    database().imports.update_one({"_id": mapping.name}, {"$set": {"plans": ids}})
    return plans


def plans_to_make(mapping: Mapping) -> list[str]:
    """The keys of the plans that an import would make."""
    made = _made(mapping)
    return [
        key
        for key, plan in mapping.plans.items()
        if key not in made and not isinstance(plan, ExistingPlan)
    ]


def _made(mapping: Mapping) -> dict[str, str]:
    row = database().imports.find_one({"_id": mapping.name}) or {}
    return dict(row.get("plans", {}))


def _terms(mapping: Mapping, key: str, made: str | None) -> Row:
    plan = mapping.plans[key]
    if isinstance(plan, ExistingPlan):
        return get_subscribable_plan(plan.id).terms()
    if made is None:
        return {**plan.model_dump(), "plan_id": "", "version": 1}
    found = get_subscribable_plan(made).terms()
    if found["currency"] != plan.currency:
        raise MappingInvalid(
            f"plans.{key} is in {plan.currency}, but an earlier import made it in "
            f"{found['currency']}; give the plan another key or the mapping another name."
        )
    return found
