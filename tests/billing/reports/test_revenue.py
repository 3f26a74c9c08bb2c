"""Monthly recurring revenue, against figures worked out by hand (docs/metrics.md)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Database, Row
from billing.dunning.run_dunning import run_dunning
from billing.inputs import parse
from billing.invoices.inputs import PayInvoice
from billing.payments.pay_invoice import pay_invoice
from billing.reports.revenue import (
    list_movements,
    month_of,
    months_of_revenue,
    mrr_now,
    retention_of_year,
)
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange
from billing.subscriptions.mrr import mrr_of
from tests.factories import (
    create_coupon,
    create_customer,
    create_plan,
    create_subscription,
    create_test_clock,
)


def on(day: str) -> Any:
    return clock.frozen(datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC))


def row_of(**values: Any) -> Row:
    usual: Row = {"status": "active", "current_period_end": "2026-02-01", "coupon": None}
    return {**usual, **values}


def terms_of(cycle: str, count: int = 1) -> Row:
    return {"billing_cycle": cycle, "interval_count": count}


@pytest.mark.parametrize(
    ("cycle", "count", "mrr"),
    [
        ("monthly", 1, 10000),
        ("monthly", 2, 5000),
        ("quarterly", 1, 3333),
        ("semiannual", 1, 1667),
        ("yearly", 1, 833),
        ("yearly", 2, 417),
        ("weekly", 1, 43452),
        ("weekly", 2, 21726),
        ("daily", 1, 304167),
    ],
)
def test_a_price_is_spread_over_the_months_of_its_period(cycle: str, count: int, mrr: int) -> None:
    assert mrr_of(row_of(), terms_of(cycle, count), [{"amount": 10000}]) == mrr


@pytest.mark.parametrize(
    ("coupon", "mrr"),
    [
        ({"percent_off": "12.5", "amount_off": None, "duration": "forever"}, 8750),
        ({"percent_off": None, "amount_off": 1500, "duration": "repeating"}, 8500),
        ({"percent_off": None, "amount_off": 99999, "duration": "forever"}, 0),
        ({"percent_off": "100", "amount_off": None, "duration": "forever"}, 0),
        ({"percent_off": "50", "amount_off": None, "duration": "once"}, 10000),
    ],
)
def test_a_coupon_that_lasts_is_taken_off(coupon: Row, mrr: int) -> None:
    begun = row_of(coupon={"coupon_id": "cpn", "since": "2026-01-01", **coupon})
    waiting = row_of(coupon={"coupon_id": "cpn", "since": None, **coupon})
    assert mrr_of(begun, terms_of("monthly"), [{"amount": 10000}]) == mrr
    assert mrr_of(waiting, terms_of("monthly"), [{"amount": 10000}]) == 10000


@pytest.mark.parametrize("status", ["trialing", "paused", "unpaid", "cancelled", "expired"])
def test_who_does_not_pay_counts_nothing(status: str) -> None:
    lines = [{"amount": 10000}]
    assert mrr_of(row_of(status=status), terms_of("monthly"), lines) == 0
    assert mrr_of(row_of(current_period_end=None), terms_of("monthly"), lines) == 0
    assert mrr_of(row_of(status="past_due"), terms_of("monthly"), lines) == 10000


def test_the_example_of_the_documentation(db: Database[Row]) -> None:
    with on("2026-01-10"):
        seats = create_plan(pricing_model="per_unit", price=4900, billing_cycle="monthly")
        yearly = create_plan(price=240000, billing_cycle="yearly")
        subscription = create_subscription(plan=seats, quantity=2)
    with on("2026-02-20"):
        change = parse(SubscriptionChange, {"plan_id": seats.id, "quantity": 5})
        update_subscription(subscription.id, change)
    with on("2026-03-05"):
        update_subscription(subscription.id, parse(SubscriptionChange, {"plan_id": yearly.id}))
    with on("2026-04-10"):
        pause_subscription(subscription.id)
    with on("2026-06-01"):
        resume_subscription(subscription.id)
        assert mrr_now() == {"USD": (20000, 1)}
        months = months_of_revenue(date(2026, 6, 1), 7)["USD"]
    told = {
        month.start.month: (month.opening, _moved(month.moved), month.closing, month.retention)
        for month in months
    }
    assert told == {
        12: (0, {}, 0, None),
        1: (0, {"new": 9800}, 9800, None),
        2: (9800, {"expansion": 14700}, 24500, Fraction(5, 2)),
        3: (24500, {"contraction": -4500}, 20000, Fraction(200, 245)),
        4: (20000, {"churn": -20000}, 0, Fraction(0)),
        5: (0, {}, 0, None),
        6: (0, {"reactivation": 20000}, 20000, None),
    }
    assert retention_of_year(months) is None
    assert retention_of_year(months[1:][2:]) == Fraction(0)


def _moved(moved: Any) -> dict[str, int]:
    return {kind: amount for kind, amount in moved.items() if amount}


def test_catching_up_dates_each_move_on_its_day(db: Database[Row]) -> None:
    with on("2026-06-15"):
        coupon = create_coupon(percent_off="50", duration="repeating", duration_cycles=2)
        plan = create_plan(price=10000, billing_cycle="monthly")
        create_subscription(
            plan=plan,
            start_date="2026-01-15",
            trial_days=31,
            coupon=coupon.code,
            end_date="2026-06-01",
        )
        months = months_of_revenue(date(2026, 6, 15), 6)["USD"]
    moved = {month.start.month: _moved(month.moved) for month in months}
    assert moved == {
        1: {},
        2: {"new": 5000},
        3: {},
        4: {"expansion": 5000},
        5: {},
        6: {"churn": -10000},
    }


def test_a_cancellation_counts_until_the_end(db: Database[Row]) -> None:
    with on("2026-01-01"):
        plan = create_plan(price=10000, billing_cycle="monthly")
        subscription = create_subscription(plan=plan)
        cancel_subscription(subscription.id, CancelSubscription(when="period_end"))
        assert mrr_now() == {"USD": (10000, 1)}
    with on("2026-02-03"):
        run_billing()
        assert mrr_now() == {}
    (ended, begun) = list_movements().items
    assert (ended["kind"], ended["date"], ended["amount"]) == ("churn", "2026-02-01", -10000)
    assert (begun["kind"], begun["date"], begun["amount"]) == ("new", "2026-01-01", 10000)


def test_unpaid_is_churn_until_it_is_paid(db: Database[Row]) -> None:
    with on("2026-01-01"):
        customer = create_customer(preferences={"payment_terms_days": 0})
        plan = create_plan(price=10000, billing_cycle="yearly")
        subscription = create_subscription(plan=plan, customer=customer)
    for day in ("2026-01-02", "2026-01-05", "2026-01-09", "2026-01-16", "2026-01-30"):
        with on(day):
            run_dunning()
    assert mrr_now() == {}
    with on("2026-02-01"):
        invoice = db.invoices.find_one({"subscription_id": subscription.id}) or {}
        pay_invoice(invoice["_id"], PayInvoice())
    kinds = [row["kind"] for row in list_movements(sort="created_at").items]
    assert kinds == ["new", "churn", "reactivation"]
    assert mrr_now() == {"USD": (833, 1)}


def test_currencies_stand_apart(db: Database[Row]) -> None:
    create_subscription(plan=create_plan(price=5000, currency="USD", billing_cycle="monthly"))
    create_subscription(plan=create_plan(price=700, currency="JPY", billing_cycle="monthly"))
    assert mrr_now() == {"JPY": (700, 1), "USD": (5000, 1)}
    assert set(months_of_revenue(clock.today())) == {"JPY", "USD"}


def test_customers_on_test_clocks_count_nowhere(db: Database[Row]) -> None:
    customer = create_customer(test_clock_id=create_test_clock().id)
    create_subscription(customer=customer)
    assert mrr_now() == {}
    assert list_movements().items == []


def test_the_movements_of_a_month_are_the_rows_of_its_figures(db: Database[Row]) -> None:
    for day in ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"):
        with on(day):
            create_subscription(plan=create_plan(price=100, billing_cycle="monthly"))
    found = list_movements(month=month_of("2026-02"), kind="new", currency="USD").items
    assert sorted(row["date"] for row in found) == ["2026-02-01", "2026-02-28"]
