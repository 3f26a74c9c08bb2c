"""Plans: list, detail with versions, create, edit, archive."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy

from billing.plans.inputs import PlanInput, as_input
from billing.plans.models import Plan
from billing.plans.queries import get_plan, plan_versions
from billing.plans.save_plan import archive_plan, create_plan, update_plan
from billing.subscriptions.by_version import subscribers_by_version
from billing.usage.queries import list_meters, meters_by_key
from portal.access import page
from portal.answers import confirm_page, done, form_page, timeline
from portal.forms import InputForm, choices
from portal.listing import respond
from portal.lists.export import add_export
from portal.plans import moving
from portal.plans.calculator import calculate, calculate_form
from portal.plans.forms import PlanForm
from portal.plans.listed import PLANS
from portal.plans.words import price_lines, price_of
from portal.shell import htmx

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
CALCULATED = "calculated"  # the id of the part that the calculator replaces
STATUSES = [
    ("", lazy("All")),
    ("active", lazy("Active")),
    ("draft", lazy("Drafts")),
    ("archived", lazy("Archived")),
]

blueprint.add_app_template_filter(price_of)
moving.add_to(blueprint)
add_export(blueprint, PLANS)


@blueprint.get("")
@page("read:plans")
def index() -> ResponseReturnValue:
    """Search, filter and sort plans."""
    found = PLANS.page()
    return respond("plans/index.html", "plans/_results.html", found, statuses=STATUSES)


@blueprint.route("/new", methods=["GET", "POST"])
@page("write:plans")
def create() -> ResponseReturnValue:
    """Add a plan."""
    form = PlanForm(billing_cycle="monthly", interval_count=1, currency="USD")
    if not _calculating() and (plan := form.submit(create_plan)):
        made = gettext("The plan %(name)s was created.", name=plan.name)
        return done(made, url_for(".detail", plan_id=plan.id))
    return _editor(form)


@blueprint.get("/<plan_id>")
@page("read:plans")
def detail(plan_id: str) -> ResponseReturnValue:
    """All about one plan; while somebody calculates, only what it comes to."""
    plan = get_plan(plan_id)
    calculator = calculate(plan.terms(), request.args)
    if _only_calculated():
        return render_template("plans/_calculated.html", calculator=calculator)
    return render_template("plans/detail.html", plan=plan, calculator=calculator, **_about(plan))


def _about(plan: Plan) -> dict[str, Any]:
    return {
        "prices": price_lines(plan.terms()),
        "unknown": _unknown_meters(plan),
        "meters": meters_by_key(set(plan.limits)),
        "versions": plan_versions(plan.id),
        "subscribers": subscribers_by_version(plan.id),
        "events": timeline(object_id=plan.id),
    }


@blueprint.route("/<plan_id>/edit", methods=["GET", "POST"])
@page("write:plans")
def edit(plan_id: str) -> ResponseReturnValue:
    """Change a plan; those who have it stay on the version they have."""
    plan = get_plan(plan_id)
    form = PlanForm(as_input(plan), revision=plan.revision)
    if plan.status != "draft":
        form.status.choices = choices(dict.fromkeys([plan.status, "active"]))

    def save(data: PlanInput) -> Plan:
        return update_plan(plan_id, data, form.expected_revision)

    if not _calculating() and form.submit(save):
        return done("Saved.", url_for(".detail", plan_id=plan_id))
    return _editor(form, plan)


def _unknown_meters(plan: Plan) -> list[str]:
    """Keys of meters that charges name and that do not exist: nothing is billed for them."""
    keys = {charge["meter"] for charge in plan.charges if charge["meter"]}
    return sorted(keys - meters_by_key(keys).keys()) if keys else []


def _editor(form: PlanForm, plan: Plan | None = None) -> ResponseReturnValue:
    """The form, and what its prices come to as they are typed."""
    calculator = calculate_form(form, request.form)
    if _only_calculated():
        return render_template("plans/_calculated.html", calculator=calculator)
    if not _calculating():
        calculator.error = ""  # the form says it beside the field
    return form_page(
        "plans/form.html",
        form,
        document=plan,
        plan=plan,
        calculator=calculator,
        meters=list_meters(status="active", limit=100).items,
    )


def _calculating() -> bool:
    """Whether the form was sent to be calculated and not to be saved."""
    return "calculate" in request.form


def _only_calculated() -> bool:
    """Whether script asks for the part that the calculator replaces."""
    return bool(htmx) and htmx.target == CALCULATED and not htmx.history_restore_request


@blueprint.route("/<plan_id>/archive", methods=["GET", "POST"])
@page("write:plans")
def archive(plan_id: str) -> ResponseReturnValue:
    """Ask once, then take the plan off sale."""
    plan = get_plan(plan_id)
    form = InputForm(revision=plan.revision)
    if form.submit(lambda _: archive_plan(plan_id, form.expected_revision)):
        return done(
            gettext("%(name)s is archived.", name=plan.name), url_for(".detail", plan_id=plan_id)
        )
    return confirm_page(
        form,
        gettext("Archive %(name)s?", name=plan.name),
        gettext(
            "It takes no new subscriptions from now on. "
            "Those who have it keep it and are billed on."
        ),
        document=plan,
        button=gettext("Archive plan"),
        trail=[
            (gettext("Plans"), url_for(".index")),
            (plan.name, url_for(".detail", plan_id=plan_id)),
        ],
        danger=True,
    )
