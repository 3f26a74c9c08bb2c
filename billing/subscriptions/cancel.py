"""Ending a subscription, now or at the end of what is paid, and taking that back."""

from datetime import date

from billing import clock
from billing.customers.queries import get_customer
from billing.database import operation
from billing.events.journal import update
from billing.periods import Schedule
from billing.plans.queries import get_terms
from billing.subscriptions.errors import CancellationNotRevocable, SubscriptionNotCancellable
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.states import check_move


@operation
def cancel_subscription(
    subscription_id: str, data: CancelSubscription, expected_revision: int | None = None
) -> Subscription:
    """End a subscription today or when its billed period ends.

    Periods that began before the end and are not billed yet stay due; nothing is refunded.
    Raises SubscriptionNotFound, StaleRevision and SubscriptionNotCancellable.
    """
    subscription = get_subscription(subscription_id)
    subscription.check_revision(expected_revision)
    if not subscription.is_live:
        raise SubscriptionNotCancellable(f"This subscription is {subscription.status} already.")
    subscription.cancellation_reason = data.reason
    if data.when == "period_end" and subscription.has_started:
        return _cancel_at_period_end(subscription, data.reason)
    return _cancel_now(subscription, data.reason)


@operation
def keep_subscription(subscription_id: str, expected_revision: int | None = None) -> Subscription:
    """Take back a cancellation at period end, until then. Raises CancellationNotRevocable."""
    subscription = get_subscription(subscription_id)
    subscription.check_revision(expected_revision)
    if not (subscription.is_live and subscription.cancel_at_period_end):
        raise CancellationNotRevocable("There is no cancellation at period end to take back.")
    if subscription.end_date <= _today(subscription):  # though no billing run has seen it yet
        raise CancellationNotRevocable(f"This subscription ended on {subscription.end_date}.")
    subscription.cancel_at_period_end = False
    subscription.end_date = subscription.cancellation_reason = None
    update(subscription, "subscription.cancellation_revoked")
    return subscription


def _cancel_at_period_end(subscription: Subscription, reason: str | None) -> Subscription:
    if subscription.cancel_at_period_end:
        raise SubscriptionNotCancellable(
            f"This subscription already ends on {subscription.end_date}; it can end now instead."
        )
    subscription.cancel_at_period_end = True
    subscription.end_date = _end_of_period(subscription)
    update(subscription, "subscription.cancellation_scheduled", reason=reason)
    return subscription


def _end_of_period(subscription: Subscription) -> date:
    """The end of the period that today falls into, or of the last billed if that is later."""
    terms = get_terms(subscription.plan_id, subscription.plan_version)
    cycle, count = terms["billing_cycle"], terms["interval_count"]
    schedule = Schedule(subscription.billing_anchor, cycle, count)
    billed: date = subscription.current_period_end
    day = max(_today(subscription), subscription.current_period_start)
    return max(schedule.period_at(day).end, billed)


def _today(subscription: Subscription) -> date:
    return clock.today(get_customer(subscription.customer_id).preferences.timezone)


def _cancel_now(subscription: Subscription, reason: str | None) -> Subscription:
    check_move(subscription.status, "cancelled")
    subscription.status = "cancelled"
    subscription.cancelled_at = clock.now()
    subscription.cancel_at_period_end = False
    # One that has not begun ends on its first day: it served nobody and bills nothing. An end that
    # was reached before stays, whether a billing run has seen it or not.
    ends = max(_today(subscription), subscription.start_date)
    subscription.end_date = min(subscription.end_date or ends, ends)
    if subscription.next_billing_date and subscription.next_billing_date >= subscription.end_date:
        subscription.next_billing_date = None
    update(subscription, "subscription.cancelled", reason=reason)
    return subscription
