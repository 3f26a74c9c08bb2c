"""Changing seats or plan, and dropping a change that waits."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.database import Row
from billing.self_service.change import change_own_plan, change_own_quantity, revoke_own_change
from billing.self_service.inputs import ChangePlan, ChangeQuantity
from billing.self_service.offers import offered, plans_for
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import PlanForm, SeatsForm
from portal.account.previews import ActForm, act_page, preview_of
from portal.account.subscriptions import to_detail
from portal.answers import done
from portal.forms import options
from portal.subscriptions.shown import change_text, pending_text, plan_label


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("seats", seats), ("plan", plan), ("revoke_change", revoke)):
        path = f"/subscriptions/<subscription_id>/{name.replace('_', '-')}"
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page(OWN_ACCOUNT, audience="customer")
def seats(subscription_id: str) -> ResponseReturnValue:
    """More or fewer seats: today, or with the next period."""
    subscription = offered(subscription_id, "change_quantity")
    form = SeatsForm(
        quantity=subscription.quantity, effective="now", revision=subscription.revision
    )

    def act(data: ChangeQuantity, revision: int | None) -> Subscription:
        return change_own_quantity(subscription_id, data, revision)

    if changed := form.perform(subscription_id, act):
        return done(_said(changed), to_detail(subscription_id))
    is_new = str(form.quantity.data) != str(subscription.quantity) or form.is_submitted()
    preview = preview_of(form, act) if is_new else None
    return act_page("account/seats.html", form, preview, subscription)


@page(OWN_ACCOUNT, audience="customer")
def plan(subscription_id: str) -> ResponseReturnValue:
    """Another of the plans that customers may choose."""
    subscription = offered(subscription_id, "change_plan")
    plans = plans_for(subscription)
    form = PlanForm(quantity=subscription.quantity, effective="now", revision=subscription.revision)
    form.plan_id.choices = options((row["_id"], plan_label(row)) for row in plans)

    def act(data: ChangePlan, revision: int | None) -> Subscription:
        return change_own_plan(subscription_id, data, revision)

    if changed := form.perform(subscription_id, act):
        return done(_said(changed), to_detail(subscription_id))
    preview = preview_of(form, act) if form.plan_id.data else None
    notes = {row["_id"]: row.get("description") for row in plans}
    return act_page(
        "account/plan.html", form, preview, subscription, notes=notes, has_seats=_counted(plans)
    )


@page(OWN_ACCOUNT, audience="customer")
def revoke(subscription_id: str) -> ResponseReturnValue:
    """Drop the change that I asked for and that waits for the next period."""
    subscription = get_subscription(subscription_id)
    form = ActForm(revision=subscription.revision)

    def act(_: object, revision: int | None) -> Subscription:
        return revoke_own_change(subscription_id, revision)

    if form.perform(subscription_id, act):
        return done(gettext("It stays as it is."), to_detail(subscription_id))
    change = subscription.pending_change
    lines = (
        [gettext("It will not change to %(terms)s but go on as it is.", terms=change_text(change))]
        if change
        else []
    )
    return act_page(
        "account/act.html",
        form,
        preview_of(form, act),
        subscription,
        title=gettext("Undo the change"),
        lines=lines,
        button=gettext("Keep it as it is"),
    )


def _said(changed: Subscription) -> str:
    return pending_text(changed.row()) or gettext("Changed.")


def _counted(plans: list[Row]) -> bool:
    """Whether any of the plans is charged by quantity."""
    return any(row["pricing_model"] != "flat" or row.get("charges") for row in plans)
