"""Ending a subscription, now or at the end of what is paid, and taking that back."""

from billing.changes.course import course_of, finish, over
from billing.database import Row
from billing.invoices.cycle import Course
from billing.kept_phrases import whole
from billing.phrases import Day
from billing.subscriptions.errors import (
    CancellationNotRevocable,
    SubscriptionNotCancellable,
)
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.pausing import next_date
from billing.subscriptions.states import LIVE
from billing.transactions import operation


@operation
def cancel_subscription(
    subscription_id: str, data: CancelSubscription, expected_revision: int | None = None
) -> Subscription:
    """End a subscription today or when its billed period ends.

    Today's end bills what was used, and gives back the rest of the period where `proration` is
    credit. Raises SubscriptionNotFound, StaleRevision and SubscriptionNotCancellable.
    """
    refusal, ending = SubscriptionNotCancellable, data.when == "now"
    course = course_of(subscription_id, expected_revision, refusal, ending=ending)
    course.row["cancellation_reason"] = data.reason and str(data.reason)
    course.row["cancellation_reason_phrase"] = whole(data.reason)
    has_begun = course.row.get("current_period_end") is not None
    if data.when == "period_end" and has_begun and course.row["status"] != "paused":
        return _at_period_end(course, data.reason)
    return _now(course, data)


@operation
def keep_subscription(subscription_id: str, expected_revision: int | None = None) -> Subscription:
    """Take back a cancellation at period end, until then. Raises CancellationNotRevocable."""
    course = course_of(subscription_id, expected_revision, CancellationNotRevocable)
    row = course.row
    if not row["cancel_at_period_end"]:
        raise CancellationNotRevocable("There is no cancellation at period end to take back.")
    row["cancel_at_period_end"] = False
    row["cancellation_reason"] = row["cancellation_reason_phrase"] = None
    row["end_date"] = row.get("planned_end_date")
    row["next_billing_date"] = next_date(row)
    return finish(course, "subscription.cancellation_revoked")


def refusal_to_end(row: Row) -> SubscriptionNotCancellable | None:
    """Why a subscription cannot end with its period, if so."""
    if row["status"] not in LIVE:
        return SubscriptionNotCancellable(over(row))
    if row["cancel_at_period_end"]:
        return SubscriptionNotCancellable(
            "This subscription already ends on %(day)s; it can end now instead.",
            day=Day(row["end_date"]),
        )
    return None


def _at_period_end(course: Course, reason: str | None) -> Subscription:
    row = course.row
    if refusal := refusal_to_end(row):
        raise refusal
    row["cancel_at_period_end"] = True
    row["end_date"] = min(
        row.get("end_date") or row["current_period_end"], row["current_period_end"]
    )
    row["pending_change"] = None
    row["next_billing_date"] = next_date(row)
    return finish(course, "subscription.cancellation_scheduled", reason)


def _now(course: Course, data: CancelSubscription) -> Subscription:
    """One that has not begun ends on its first day: it served nobody and bills nothing."""
    row, today = course.row, course.as_of
    has_period = row.get("current_period_end") and row["status"] not in {"trialing", "paused"}
    if data.proration == "credit" and has_period:
        course.cut_period(today)
    start = row["start_date"]
    row["end_date"] = max(today.isoformat(), start)
    row["cancel_at_period_end"] = True
    row["pending_change"] = row["pause"] = None
    course.end(max(today, type(today).fromisoformat(start)))
    return finish(course, "subscription.cancelled", data.reason)
