"""Changing what a subscription is for: plan, version, quantity, price, coupon."""

from datetime import date

from billing import clock
from billing.changes.course import course_of, finish
from billing.changes.kinds import kind_of
from billing.coupons.redeem import redeem
from billing.database import Row
from billing.invoices.cycle import Course
from billing.invoices.models import CHANGE
from billing.invoices.period_lines import cut_commitment
from billing.plans.models import version_key
from billing.plans.queries import get_terms
from billing.subscriptions.errors import NoPendingChange, PlanNotCompatible
from billing.subscriptions.inputs import SubscriptionChange
from billing.subscriptions.models import Subscription
from billing.subscriptions.pending import is_other_cycle, take_up_change
from billing.subscriptions.proration import (
    charge_lines,
    coupon_of_period,
    credit_lines,
    rest_of_period,
)
from billing.subscriptions.start import check_price, get_subscribable_plan
from billing.transactions import operation

TERMS = ("plan_id", "plan_version", "quantity", "price")


@operation
def update_subscription(
    subscription_id: str, data: SubscriptionChange, expected_revision: int | None = None
) -> Subscription:
    """Replace plan, quantity, price, coupon and metadata.

    The running period is split today: the rest of it on the old terms is given back, on the new
    ones charged. While paused, new terms wait for the period that begins after it. Raises
    SubscriptionNotFound, StaleRevision, SubscriptionNotChangeable, PlanNotSubscribable,
    PlanNotCompatible, PriceNotWhole and what redeeming a coupon raises.
    """
    course = course_of(subscription_id, expected_revision)
    row = course.row
    version = row["plan_version"]
    if data.plan_id != row["plan_id"]:
        version = get_subscribable_plan(data.plan_id).version
    wanted = {
        "plan_id": data.plan_id,
        "plan_version": version,
        "quantity": data.quantity,
        "price": data.price,
    }
    row["metadata"] = data.metadata
    _change_coupon(course, data.coupon, data.plan_id)
    return change_terms(
        course, wanted, effective=data.effective, proration_behavior=data.proration_behavior
    )


def change_terms(
    course: Course, wanted: Row, *, effective: str, proration_behavior: str | None
) -> Subscription:
    """Put a subscription on other terms and write it; `wanted` has the fields of TERMS."""
    row = course.row
    terms = _load_terms(course, wanted)
    check_price(terms, wanted["price"], wanted["quantity"])
    if all(row.get(name) == wanted[name] for name in TERMS):
        return finish(course, "subscription.updated")
    # The old terms still have to bill what was used before a pause, and what of it is paid for.
    is_paused = row["status"] == "paused"
    waits = is_paused or (effective == "period_end" and row.get("current_period_end") is not None)
    row["pending_change"] = {**wanted, "effective_date": row.get("current_period_end")}
    if waits:
        return finish(course, "subscription.change_scheduled")
    kind = kind_of(course.terms, row, terms, wanted)
    behavior = proration_behavior or course.account.seller["change_defaults"][kind]
    _change_now(course, terms, behavior)
    return finish(course, "subscription.updated")


@operation
def revoke_pending_change(
    subscription_id: str, expected_revision: int | None = None
) -> Subscription:
    """Drop the change that waits for the end of the period. Raises NoPendingChange."""
    course = course_of(subscription_id, expected_revision)
    if not course.row.get("pending_change"):
        raise NoPendingChange("No change waits for the end of the period.")
    course.row["pending_change"] = None
    return finish(course, "subscription.change_revoked")


def _load_terms(course: Course, wanted: Row) -> Row:
    key = version_key(wanted["plan_id"], wanted["plan_version"])
    terms = course.account.terms.get(key) or get_terms(wanted["plan_id"], wanted["plan_version"])
    if terms["currency"] != course.terms["currency"]:
        raise PlanNotCompatible(
            "The plan is in %(plan)s, the subscription in %(subscription)s; "
            "cancel it and subscribe anew.",
            plan=terms["currency"],
            subscription=course.terms["currency"],
            field="plan_id",
        )
    course.account.terms = {**course.account.terms, key: terms}
    return terms


def _change_now(course: Course, terms: Row, behavior: str) -> None:
    row, today = course.row, course.as_of
    billed = row.get("current_period_end") and row["status"] != "trialing"
    if not billed:  # nothing is paid for: the next period is the first on the new terms
        take_up_change(row, _first_day(row), course.account.terms)
    elif is_other_cycle(course.terms, terms):
        course.cut_period(today, credit=behavior != "none")
        course.begin_period(today, CHANGE)
    else:
        _split_period(course, terms, behavior)


def _split_period(course: Course, terms: Row, behavior: str) -> None:
    """Old terms until yesterday, new ones from today to the end of the period."""
    row, today = course.row, course.as_of
    course.part_usage(today, terms)
    rest, coupon = rest_of_period(row, course.terms, today), coupon_of_period(row)
    back = credit_lines(course.full_lines(), rest, coupon)
    commitment = row.get("commitment")
    take_up_change(row, today, course.account.terms)
    anew = charge_lines(course.full_lines(), rest, coupon)
    if behavior == "none":
        return
    full = course.terms.get("minimum_amount") or 0
    if commitment:
        cut = cut_commitment(commitment, back + anew, rest)
        minimum = cut["minimum"] + rest.share_of(full)
        row["commitment"] = {**cut, "minimum": minimum, "full": full}
    elif full:  # what the terms before charged came to no minimum, and comes to none now
        charged = sum(line["amount"] for line in anew)
        row["commitment"] = {"minimum": rest.share_of(full), "charged": charged, "full": full}
    course.wait(back + anew)
    if behavior == "always_invoice":
        course.bill_pending(CHANGE)


def _first_day(row: Row) -> date:
    return date.fromisoformat(row.get("next_billing_date") or row["current_period_end"])


def _change_coupon(course: Course, code: str | None, plan_id: str) -> None:
    row = course.row
    present = row.get("coupon") or {}
    if (code or "").casefold() == (present.get("code") or "").casefold():
        return
    row["period_coupon"] = coupon_of_period(row)
    row["coupon"] = None
    if code:
        timezone = course.account.customer["preferences"]["timezone"]
        currency = course.terms["currency"]
        row["coupon"] = redeem(code, plan_id, currency, on=clock.today(timezone))
