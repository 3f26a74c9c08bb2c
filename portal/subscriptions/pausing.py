"""Pausing a subscription, letting it go on, and dropping a change that waits."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.changes.change import revoke_pending_change
from billing.changes.pause import pause_subscription, resume_subscription
from billing.subscriptions.inputs import PauseSubscription, ResumeSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from portal.access import page
from portal.answers import done
from portal.forms import InputForm
from portal.subscriptions.forms import PauseForm, ResumeForm
from portal.subscriptions.previews import act_page, preview_of
from portal.subscriptions.shown import agreed, change_text, charge_of
from portal.subscriptions.trail import to_detail, trail, what


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("pause", pause), ("resume", resume), ("revoke_change", revoke_change)):
        path = f"/<subscription_id>/{name.replace('_', '-')}"
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page("write:subscriptions")
def pause(subscription_id: str) -> ResponseReturnValue:
    """Bill nothing from a day on, until another one where it is named."""
    subscription = get_subscription(subscription_id)
    form = PauseForm(proration="credit", revision=subscription.revision)

    def act(data: PauseSubscription, revision: int | None = None) -> Subscription:
        return pause_subscription(subscription_id, data, revision)

    if paused := form.submit(lambda data: act(data, form.expected_revision)):
        return done(_said(paused), to_detail(subscription_id))
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        document=subscription,
        title=gettext("Pause subscription"),
        sub=f"{what(subscription)} {_unbilled()}",
        button=gettext("Pause subscription"),
        trail=trail(subscription),
        hints={
            "starts_on": gettext("Blank: today."),
            "resumes_on": gettext("Blank: not before it is resumed."),
        },
        notes={
            "credit": gettext("The rest of the paid period counts against the next invoice."),
            "none": gettext("On going on within the paid period, its rest counts again."),
        },
    )


@page("write:subscriptions")
def resume(subscription_id: str) -> ResponseReturnValue:
    """Let it go on today or on a later day; a pause that has not begun is dropped."""
    subscription = get_subscription(subscription_id)
    form = ResumeForm(revision=subscription.revision)

    def act(data: ResumeSubscription, revision: int | None = None) -> Subscription:
        return resume_subscription(subscription_id, data, revision)

    if resumed := form.submit(lambda data: act(data, form.expected_revision)):
        return done(_said(resumed), to_detail(subscription_id))
    is_paused = subscription.status == "paused"
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        document=subscription,
        title=gettext("Resume subscription") if is_paused else gettext("Drop the planned pause"),
        sub=what(subscription),
        button=gettext("Resume subscription") if is_paused else gettext("Change the pause"),
        trail=trail(subscription),
        hints={
            "resumes_on": gettext("Blank: today.")
            if is_paused
            else gettext("Blank: the pause is dropped.")
        },
    )


@page("write:subscriptions")
def revoke_change(subscription_id: str) -> ResponseReturnValue:
    """Drop the change that waits for the next period."""
    subscription = get_subscription(subscription_id)
    form = InputForm(revision=subscription.revision)

    def act(_: object, revision: int | None = None) -> Subscription:
        return revoke_pending_change(subscription_id, revision)

    if form.submit(lambda data: act(data, form.expected_revision)):
        return done("The change was dropped.", to_detail(subscription_id))
    return act_page(
        "subscriptions/act.html",
        form,
        preview_of(form, act, charge_of(subscription).currency),
        document=subscription,
        title=gettext("Drop the pending change"),
        sub=what(subscription),
        lines=[_pending(subscription)],
        button=gettext("Drop the change"),
        trail=trail(subscription),
    )


def _unbilled() -> str:
    return str(gettext("Nothing is billed for the days of a pause."))


def _pending(subscription: Subscription) -> str:
    if not (change := subscription.pending_change):
        return str(gettext("No change waits."))
    terms = change_text(change)
    return str(gettext("It will not change to %(terms)s but go on as it is.", terms=terms))


def _said(subscription: Subscription) -> str:
    row = subscription.row()
    if row.get("pause"):
        return agreed({**row, "end_date": None})[0]
    return str(gettext("The subscription goes on."))
