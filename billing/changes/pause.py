"""Pausing a subscription and letting it go on."""

from datetime import date

from billing.changes.course import course_of, finish
from billing.invoices.cycle import Course
from billing.invoices.models import CHANGE
from billing.phrases import Code, Day
from billing.subscriptions.errors import (
    PauseDateNotPossible,
    SubscriptionNotPausable,
    SubscriptionNotPaused,
)
from billing.subscriptions.inputs import PauseSubscription, ResumeSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.pausing import end_pause, next_date
from billing.transactions import operation


@operation
def pause_subscription(
    subscription_id: str,
    data: PauseSubscription | None = None,
    expected_revision: int | None = None,
) -> Subscription:
    """Bill nothing from a day on, and give back what is paid for its days unless told otherwise.

    Raises SubscriptionNotFound, StaleRevision, SubscriptionNotPausable, PauseDateNotPossible.
    """
    data = data or PauseSubscription()
    course = course_of(subscription_id, expected_revision)
    row, today = course.row, course.as_of
    _check_pausable(course)
    start = data.starts_on or today
    _check_dates(start, data.resumes_on, today)
    row["pause"] = {
        "from": start.isoformat(),
        "resumes_on": data.resumes_on.isoformat() if data.resumes_on else None,
        "proration": data.proration,
    }
    if start > today:
        row["next_billing_date"] = next_date(row)
        return finish(course, "subscription.pause_scheduled")
    course.pause(today)
    return finish(course, "subscription.paused")


@operation
def resume_subscription(
    subscription_id: str,
    data: ResumeSubscription | None = None,
    expected_revision: int | None = None,
) -> Subscription:
    """Let service go on today, with a new period, or on a later day; or drop a planned pause.

    Raises SubscriptionNotFound, StaleRevision, SubscriptionNotPaused, PauseDateNotPossible.
    """
    data = data or ResumeSubscription()
    course = course_of(subscription_id, expected_revision)
    row, today = course.row, course.as_of
    if not row.get("pause"):
        raise SubscriptionNotPaused(
            "This subscription is %(status)s, not paused.", status=Code(row["status"])
        )
    day = data.resumes_on or today
    if day > today:
        return _resume_later(course, day)
    if row["status"] != "paused":
        row["pause"] = None
        row["next_billing_date"] = next_date(row)
        return finish(course, "subscription.pause_revoked")
    end_pause(row, today)
    if row["next_billing_date"] == today.isoformat():
        course.begin_period(today, CHANGE)
    return finish(course, "subscription.resumed")


def _resume_later(course: Course, day: date) -> Subscription:
    row = course.row
    if day.isoformat() <= row["pause"]["from"]:
        raise PauseDateNotPossible("must be after the pause begins", field="resumes_on")
    row["pause"] = {**row["pause"], "resumes_on": day.isoformat()}
    row["next_billing_date"] = next_date(row)
    return finish(course, "subscription.resume_scheduled")


def _check_pausable(course: Course) -> None:
    row = course.row
    if pause := row.get("pause"):
        raise SubscriptionNotPausable(
            "A pause from %(day)s is agreed already.", day=Day(pause["from"])
        )
    if row["status"] != "active" or not row.get("current_period_end"):
        if row["status"] == "active":
            raise SubscriptionNotPausable(
                "This subscription has not begun; only an active one is paused."
            )
        raise SubscriptionNotPausable(
            "This subscription is %(status)s; only an active one is paused.",
            status=Code(row["status"]),
        )


def _check_dates(start: date, resumes_on: date | None, today: date) -> None:
    if start < today:
        raise PauseDateNotPossible("must not be in the past", field="starts_on")
    if resumes_on is not None and resumes_on <= start:
        raise PauseDateNotPossible("must be after the pause begins", field="resumes_on")
