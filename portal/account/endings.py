"""Cancelling, taking that back, and going on after a pause."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.self_service.cancel import cancel_own, keep_own
from billing.self_service.change import resume_own
from billing.self_service.inputs import EndSubscription
from billing.self_service.offers import offered
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.users.permissions import OWN_ACCOUNT
from portal.access import page
from portal.account.forms import EndForm
from portal.account.previews import Act, ActForm, act_page, preview_of
from portal.account.subscriptions import to_detail
from portal.answers import done
from portal.usage.shown import entitlement_cards
from portal.values import date_text


def add_to(blueprint: Blueprint) -> None:
    """Put these pages on the feature's blueprint."""
    for name, view in (("cancel", cancel), ("keep", keep), ("resume", resume)):
        path = f"/subscriptions/<subscription_id>/{name}"
        blueprint.add_url_rule(path, name, view, methods=["GET", "POST"])


@page(OWN_ACCOUNT, audience="customer")
def cancel(subscription_id: str) -> ResponseReturnValue:
    """Say until when all is kept and what is still invoiced, ask why, and let it end then."""
    subscription = offered(subscription_id, "cancel")
    form = EndForm(revision=subscription.revision)

    def act(data: EndSubscription, revision: int | None) -> Subscription:
        return cancel_own(subscription_id, data, revision)

    if ended := form.perform(subscription_id, act):
        return done(_said(ended), to_detail(subscription_id))
    kept = entitlement_cards(subscription.customer_id)
    return act_page(
        "account/cancel.html",
        form,
        preview_of(form, act),
        subscription,
        kept=next((card for card in kept if card.subscription_id == subscription_id), None),
    )


@page(OWN_ACCOUNT, audience="customer")
def keep(subscription_id: str) -> ResponseReturnValue:
    """Take back my cancellation."""

    def act(_: object, revision: int | None) -> Subscription:
        return keep_own(subscription_id, revision)

    subscription = get_subscription(subscription_id)
    line = gettext(
        "It will not end on %(day)s but go on as before.", day=date_text(subscription.end_date)
    )
    return _asked(
        subscription, act, gettext("Keep your subscription"), gettext("Keep subscription"), [line]
    )


@page(OWN_ACCOUNT, audience="customer")
def resume(subscription_id: str) -> ResponseReturnValue:
    """Go on after a pause, or without the one that was planned."""

    def act(_: object, revision: int | None) -> Subscription:
        return resume_own(subscription_id, revision)

    subscription = get_subscription(subscription_id)
    is_paused = subscription.status == "paused"
    title = gettext("Resume your subscription") if is_paused else gettext("Drop the planned pause")
    line = gettext("It goes on today.") if is_paused else gettext("It goes on without a pause.")
    return _asked(
        subscription,
        act,
        title,
        gettext("Resume") if is_paused else gettext("Drop the pause"),
        [line],
    )


def _asked(
    subscription: Subscription, act: Act, title: str, button: str, lines: list[str]
) -> ResponseReturnValue:
    """Show what it does, ask once, and do it."""
    form = ActForm(revision=subscription.revision)
    if form.perform(subscription.id, act):
        return done(gettext("Your subscription goes on."), to_detail(subscription.id))
    preview = preview_of(form, act)
    words = {"title": title, "button": button, "lines": lines}
    return act_page("account/act.html", form, preview, subscription, **words)


def _said(ended: Subscription) -> str:
    if ended.is_live:
        day = date_text(ended.end_date)
        return str(gettext("Your subscription ends on %(day)s. You can take this back.", day=day))
    return str(gettext("Your subscription is cancelled."))
