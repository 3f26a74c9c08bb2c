"""Ending a subscription, now or at the end of what is paid, and taking that back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import update_subscription
from billing.customers.credit import credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import StaleRevision
from billing.inputs import merge
from billing.runs.run_billing import run_billing
from billing.subscriptions.errors import (
    CancellationNotRevocable,
    SubscriptionNotCancellable,
    SubscriptionNotFound,
)
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.factories import create_coupon, create_customer, create_plan, create_subscription

NOW = CancelSubscription(when="now", reason="Too dear")
GIVING_BACK = CancelSubscription(when="now", proration="credit")
LATER = CancelSubscription(when="period_end", reason="Moving away")


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=UTC)


def started(day: str = "2026-01-31", **values: str) -> Subscription:
    with clock.frozen(at(day)):
        return create_subscription(**values)


def credit(subscription: Subscription) -> int:
    return credit_of(get_customer_row(subscription.customer_id))


def starts(db: Database[Row]) -> list[str]:
    """The first days of all periods billed."""
    return sorted(row["period_start"] for row in db.invoices.find())


def test_a_stranger_cannot_be_cancelled_or_kept(db: Database[Row]) -> None:
    with pytest.raises(SubscriptionNotFound):
        cancel_subscription("sub_01JD0000000000000000000000", NOW)
    with pytest.raises(SubscriptionNotFound):
        keep_subscription("sub_01JD0000000000000000000000")


def test_now_ends_service_today(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        ended = cancel_subscription(subscription.id, NOW, expected_revision=2)
    assert (ended.status, ended.is_live) == ("cancelled", False)
    assert (ended.end_date, ended.next_billing_date) == (date(2026, 2, 10), None)
    assert ended.cancelled_at == at("2026-02-10")
    assert ended.cancellation_reason == "Too dear"
    run_billing(date(2026, 12, 31))
    assert starts(db) == ["2026-01-31"]


def test_today_is_the_customers_own(db: Database[Row]) -> None:
    with clock.frozen(at("2026-01-10", 20)):
        customer = create_customer(preferences={"timezone": "Pacific/Kiritimati"})
        subscription = create_subscription(customer=customer)
        ended = cancel_subscription(subscription.id, NOW)
    assert ended.end_date == date(2026, 1, 11)


def test_periods_that_began_before_the_end_are_billed_with_it(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-04-15")):
        ended = cancel_subscription(subscription.id, NOW)
    assert ended.next_billing_date is None
    assert starts(db) == ["2026-01-31", "2026-02-28", "2026-03-31"]
    run = run_billing(date(2026, 12, 31))
    assert (run.invoiced, run.ended) == (0, 0)
    settled = get_subscription(subscription.id)
    assert (settled.next_billing_date, settled.status) == (None, "cancelled")
    assert settled.cancelled_at == at("2026-04-15")


def test_ending_on_the_first_day_of_a_period_does_not_bill_it(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-28")):
        assert cancel_subscription(subscription.id, NOW).next_billing_date is None
    assert starts(db) == ["2026-01-31"]


def test_what_has_not_begun_ends_on_its_first_day_and_bills_nothing(db: Database[Row]) -> None:
    for how in (NOW, LATER):
        subscription = started(start_date="2026-03-01")
        with clock.frozen(at("2026-02-10")):
            ended = cancel_subscription(subscription.id, how)
        assert (ended.status, ended.end_date) == ("cancelled", date(2026, 3, 1))
        assert ended.next_billing_date is None
    run_billing(date(2026, 12, 31))
    assert starts(db) == []


def test_period_end_serves_what_is_paid_and_then_ends(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        ending = cancel_subscription(subscription.id, LATER)
    assert (ending.status, ending.cancel_at_period_end) == ("active", True)
    assert (ending.end_date, ending.cancelled_at) == (date(2026, 2, 28), None)
    assert ending.next_billing_date == date(2026, 2, 28)
    assert run_billing(date(2026, 2, 27)).ended == 0
    assert get_subscription(subscription.id).status == "active"
    with clock.frozen(at("2026-02-28")):
        run = run_billing(date(2026, 2, 28))
    assert (run.invoiced, run.ended) == (0, 1)
    ended = get_subscription(subscription.id)
    assert (ended.status, ended.cancel_at_period_end) == ("cancelled", False)
    assert (ended.next_billing_date, ended.end_date) == (None, date(2026, 2, 28))
    assert ended.cancelled_at == at("2026-02-28")


def test_period_end_is_the_end_of_the_period_of_today_however_far_billing_lags(
    db: Database[Row],
) -> None:
    subscription = started()
    with clock.frozen(at("2026-04-15")):
        ending = cancel_subscription(subscription.id, LATER)
        assert ending.end_date == date(2026, 4, 30)
        run = run_billing(date(2026, 12, 31))
    assert (run.invoiced, run.ended, run.still_due) == (0, 1, 0)
    assert starts(db) == ["2026-01-31", "2026-02-28", "2026-03-31"]


def test_a_cancellation_at_period_end_can_be_taken_back(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        cancel_subscription(subscription.id, LATER)
        kept = keep_subscription(subscription.id)
    assert (kept.cancel_at_period_end, kept.end_date, kept.cancellation_reason) == (
        False,
        None,
        None,
    )
    run_billing(date(2026, 2, 28))
    assert starts(db) == ["2026-01-31", "2026-02-28"]


def test_what_has_ended_cannot_be_taken_back_though_no_run_has_seen_it(
    db: Database[Row],
) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        cancel_subscription(subscription.id, LATER)
    with clock.frozen(at("2026-02-28")), pytest.raises(CancellationNotRevocable, match="ended"):
        keep_subscription(subscription.id)
    assert get_subscription(subscription.id).cancel_at_period_end


def test_only_a_cancellation_at_period_end_can_be_taken_back(db: Database[Row]) -> None:
    subscription = started()
    with pytest.raises(CancellationNotRevocable):
        keep_subscription(subscription.id)
    cancel_subscription(subscription.id, NOW)
    with pytest.raises(CancellationNotRevocable):
        keep_subscription(subscription.id)


def test_a_settled_end_is_not_settled_again_but_can_be_now(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        cancel_subscription(subscription.id, LATER)
        with pytest.raises(SubscriptionNotCancellable, match="2026-02-28"):
            cancel_subscription(subscription.id, LATER)
        ended = cancel_subscription(subscription.id, NOW)
    assert (ended.status, ended.cancel_at_period_end) == ("cancelled", False)
    assert ended.end_date == date(2026, 2, 10)


def test_cancelling_now_never_prolongs_what_had_already_ended(db: Database[Row]) -> None:
    subscription = started()
    with clock.frozen(at("2026-02-10")):
        cancel_subscription(subscription.id, LATER)
    refused = pytest.raises(SubscriptionNotCancellable, match="2026-02-28")
    with clock.frozen(at("2026-03-20")), refused:
        cancel_subscription(subscription.id, NOW)
    run_billing(date(2026, 12, 31))
    assert get_subscription(subscription.id).end_date == date(2026, 2, 28)
    assert starts(db) == ["2026-01-31"]


def test_what_has_ended_cannot_end_again(db: Database[Row]) -> None:
    subscription = started()
    cancel_subscription(subscription.id, NOW)
    for how in (NOW, LATER):
        with pytest.raises(SubscriptionNotCancellable, match="cancelled"):
            cancel_subscription(subscription.id, how)


def test_an_old_revision_ends_nothing(db: Database[Row]) -> None:
    subscription = started()
    with pytest.raises(StaleRevision):
        cancel_subscription(subscription.id, NOW, expected_revision=1)
    with clock.frozen(at("2026-02-10")):
        cancel_subscription(subscription.id, LATER, expected_revision=2)
    with pytest.raises(StaleRevision):
        keep_subscription(subscription.id, expected_revision=2)


def test_the_end_of_a_longer_period_is_found_too(db: Database[Row]) -> None:
    with clock.frozen(at("2024-02-29")):
        plan = create_plan(billing_cycle="yearly")
        subscription = create_subscription(plan=plan)
    with clock.frozen(at("2024-12-31")):
        assert cancel_subscription(subscription.id, LATER).end_date == date(2025, 2, 28)


@pytest.mark.parametrize("instead", [None, "10"])
def test_no_more_is_given_back_than_a_coupon_left_to_pay_also_once_it_was_taken_off(
    db: Database[Row], instead: str | None
) -> None:
    subscription = started(coupon=create_coupon(percent_off="50", duration="forever").code)
    other = instead and create_coupon(percent_off=instead).code
    with clock.frozen(at("2026-02-14")):  # half of 28 days
        without = merge(SubscriptionChange, as_input(subscription), {"coupon": other})
        update_subscription(subscription.id, without)
        cancel_subscription(subscription.id, GIVING_BACK)
    assert credit(subscription) == 2450 // 2


def test_a_coupon_that_was_taken_off_is_gone_with_its_period(db: Database[Row]) -> None:
    subscription = started(coupon=create_coupon(percent_off="50", duration="forever").code)
    with clock.frozen(at("2026-02-14")):
        without = merge(SubscriptionChange, as_input(subscription), {"coupon": None})
        update_subscription(subscription.id, without)
    with clock.frozen(at("2026-03-01")):
        run_billing(date(2026, 3, 1))
        cancel_subscription(subscription.id, GIVING_BACK)
    assert [row["total"] for row in db.invoices.find().sort("_id", 1)][:2] == [2450, 4900]
    assert credit(subscription) == round(4900 * 30 / 31)


def test_of_a_stub_no_more_is_given_back_than_a_fixed_coupon_left_to_pay(
    db: Database[Row],
) -> None:
    coupon, plan = create_coupon(amount_off=1000, currency="USD"), create_plan(price=3100)
    with clock.frozen(at("2026-01-16")):  # 16 days of 31
        subscription = create_subscription(plan=plan, coupon=coupon.code, billing_anchor={"day": 1})
        assert db.invoices.find_one({})["total"] == 600  # type: ignore[index]
        cancel_subscription(subscription.id, GIVING_BACK)
    assert credit(subscription) == 600
