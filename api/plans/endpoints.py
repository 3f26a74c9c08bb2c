"""Plans."""

from api import references
from api.answers import One, PageOf, Plain, Resource, created
from api.body import NoFields, Patch
from api.endpoint import Endpoints
from api.patching import patched
from api.plans.shapes import Estimate, PlanQuery, PlanVersion, VersionQuery
from api.plans.shapes import Plan as PlanShape
from billing.database import Row
from billing.pages import Page
from billing.plans import errors, queries, save_plan
from billing.plans.estimate import estimate_plan as estimate
from billing.plans.inputs import EstimatePlan, PlanInput, as_input
from billing.plans.models import Plan
from billing.plans.views import estimate_view, plan_version_view, plan_view

READ, WRITE = "read:plans", "write:plans"
PLAN = Resource(PlanShape, plan_view, scope=READ, find=queries.plans_of_ids, told_by_revision=True)
VERSION = Resource(PlanVersion, plan_version_view, revised=False, references=(references.PLAN,))
MISSING = errors.PlanNotFound

endpoints = Endpoints("Plans", "What can be subscribed to.")
_patch = patched(queries.get_plan, as_input, save_plan.update_plan)


@endpoints.get("/plans", "List plans", scope=READ, query=PlanQuery, answer=PageOf(PLAN))
def list_plans(query: PlanQuery) -> Page:
    """Newest first."""
    return queries.list_plans(**query.arguments())


@endpoints.post("/plans", "Create a plan", scope=WRITE, body=(PlanInput,), answer=created(PLAN))
def create_plan(body: PlanInput) -> Plan:
    """Active at once unless `status` says draft."""
    return save_plan.create_plan(body)


@endpoints.get("/plans/<plan_id>", "Show a plan", scope=READ, answer=One(PLAN), refusals=(MISSING,))
def get_plan(plan_id: str) -> Row:
    """The plan in its current version."""
    return queries.known_plan(plan_id)


@endpoints.put(
    "/plans/<plan_id>",
    "Replace a plan",
    scope=WRITE,
    body=(PlanInput,),
    answer=One(PLAN),
    revised=True,
    refusals=(MISSING, errors.PlanMoveRefused),
)
def update_plan(plan_id: str, body: PlanInput, revision: int | None) -> Plan:
    """Changing what it charges makes a new version; subscriptions stay on theirs."""
    return save_plan.update_plan(plan_id, body, revision)


@endpoints.patch(
    "/plans/<plan_id>",
    "Change a plan",
    scope=WRITE,
    patch=PlanInput,
    answer=One(PLAN),
    revised=True,
    refusals=(MISSING, errors.PlanMoveRefused),
)
def patch_plan(plan_id: str, patch: Patch, revision: int | None) -> Plan:
    """A JSON Merge Patch (RFC 7396); `limits` and `features` are replaced as a whole."""
    changed: Plan = _patch(plan_id, patch, revision)
    return changed


@endpoints.post(
    "/plans/<plan_id>/archive",
    "Archive a plan",
    scope=WRITE,
    body=(NoFields,),
    answer=One(PLAN),
    revised=True,
    refusals=(MISSING, errors.PlanMoveRefused),
)
def archive_plan(plan_id: str, body: NoFields, revision: int | None) -> Plan:
    """It takes no new subscriptions; those it has go on."""
    return save_plan.archive_plan(plan_id, revision)


@endpoints.get(
    "/plans/<plan_id>/versions",
    "List a plan's versions",
    scope=READ,
    query=VersionQuery,
    answer=PageOf(VERSION),
    refusals=(MISSING,),
)
def list_plan_versions(plan_id: str, query: VersionQuery) -> Page:
    """Every version's terms, newest first."""
    return queries.list_plan_versions(plan_id, **query.arguments())


@endpoints.post(
    "/plans/<plan_id>/estimate",
    "Estimate a period's price",
    scope=READ,
    body=(EstimatePlan,),
    answer=Plain(Estimate),
    refusals=(MISSING,),
)
def estimate_plan(plan_id: str, body: EstimatePlan) -> Row:
    """What a quantity and usage cost in a full period; writes nothing."""
    return estimate_view(estimate(plan_id, body))
