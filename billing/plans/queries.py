"""Finding plans and their versions."""

from collections.abc import Collection, Mapping
from typing import Unpack

from billing.database import Row, database
from billing.keeping import Kept
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.plans.errors import PlanNotFound
from billing.plans.models import Plan, version_key
from billing.search import matching

SORTS = {"created_at": "_id", "name": "name_key"}
VERSION_SORTS = {"version": "version"}

kept_plans: Kept[str, Row] = Kept()
_kept_terms: Kept[str, Row] = Kept()


def find_plan(plan_id: str) -> Plan | None:
    """The plan, or None."""
    found: Plan | None = Plan.objects(id=plan_id).first()
    return found


def get_plan(plan_id: str) -> Plan:
    """The plan. Raises PlanNotFound."""
    if (plan := find_plan(plan_id)) is None:
        raise PlanNotFound("There is no such plan.")
    return plan


def known_plan(plan_id: str) -> Row:
    """The plan's row, mostly without a look; not to be changed, and for nothing that decides about
    money. Raises PlanNotFound."""
    return kept_plans.get(plan_id, lambda: _plan_row(plan_id), _rows_by_id)


def get_terms(plan_id: str, version: int) -> Row:
    """What a version charges (see models.TERMS). Raises PlanNotFound."""
    terms = database().plan_versions.find_one({"_id": version_key(plan_id, version)})
    if terms is None:
        raise PlanNotFound("There is no such version of the plan.")
    return terms


def settled_terms(plan_id: str, version: int) -> Row:
    """Like get_terms, mostly without a look and not to be changed, of a version that a subscription
    names: only a draft's is ever rewritten, and nobody can subscribe to that."""
    return _kept_terms.get(version_key(plan_id, version), lambda: get_terms(plan_id, version))


def plans_of_ids(ids: Collection[str]) -> list[Row]:
    """The rows of these plans, in one query."""
    return list(database().plans.find({"_id": {"$in": list(ids)}}))


def _plan_row(plan_id: str) -> Row:
    if (row := database().plans.find_one({"_id": plan_id})) is None:
        raise PlanNotFound("There is no such plan.")
    return row


def _rows_by_id(ids: list[str]) -> Mapping[str, Row]:
    return {row["_id"]: row for row in plans_of_ids(ids)}


def list_plans(
    *,
    status: str | None = None,
    currency: str | None = None,
    billing_cycle: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Plans, newest first; `q` matches beginnings of words of name and tier."""
    filters = {"status": status, "currency": currency, "billing_cycle": billing_cycle}
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if q:
        where |= {"_id": q.strip()} if q.strip().startswith("plan_") else matching(q)
    return paginate("plans", where, PageRequest(**page), sorts=SORTS)


def plans_on_offer(currency: str, most: int = 50) -> list[Row]:
    """The active plans in `currency` that customers may choose by themselves, newest first."""
    where = {"self_service": True, "currency": currency, "status": "active"}
    return list(database().plans.find(where).sort("_id", -1).limit(most))


def list_plan_versions(plan_id: str, **page: Unpack[PageArguments]) -> Page:
    """A plan's versions, newest first. Raises PlanNotFound."""
    get_plan(plan_id)
    page.setdefault("sort", "-version")
    where = {"plan_id": plan_id}
    return paginate("plan_versions", where, PageRequest(**page), sorts=VERSION_SORTS)


def plan_versions(plan_id: str) -> list[Row]:
    """Every version's terms, newest first. Raises PlanNotFound."""
    get_plan(plan_id)
    return list(database().plan_versions.find({"plan_id": plan_id}).sort("version", -1))


def version_numbers(plan_id: str) -> list[int]:
    """The versions of a plan, from an index alone; none where there is no such plan."""
    return list(database().plan_versions.distinct("version", {"plan_id": plan_id}))


def plan_names(plan_ids: list[str]) -> dict[str, str]:
    """Id to name, in one query."""
    rows = database().plans.find({"_id": {"$in": list(set(plan_ids))}}, {"name": 1})
    return {row["_id"]: row["name"] for row in rows}
