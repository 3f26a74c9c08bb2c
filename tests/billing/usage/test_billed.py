"""Usage on invoices: every event on exactly one, whenever it comes."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Event
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Row, database
from billing.inputs import parse
from billing.invoices.commit_bills import ChangedMeanwhile, commit_bills
from billing.invoices.prepare_bills import prepare_bills
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
)
from billing.subscriptions.models import Subscription
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage
from tests.factories import create_meter, create_plan, create_subscription, usage_values

CALLS = {
    "key": "calls",
    "name": "API calls",
    "pricing_model": "per_unit",
    "unit_amount": 2,
    "meter": "calls",
}


@pytest.fixture
def subscription(db: object) -> Subscription:
    """On a plan that charges 2 for each call; billed for January 2026."""
    create_meter(key="calls")
    plan = create_plan(price=1000, charges=[CALLS])
    with clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        return create_subscription(plan=plan, start_date="2026-01-01")


def event(subscription: Subscription, day: date, **values: Any) -> UsageEventInput:
    at = f"{day.isoformat()}T12:00:00Z"
    told = {"subscription_id": subscription.id, "meter": "calls", "occurred_at": at, **values}
    return parse(UsageEventInput, usage_values(**told))


def usage_lines() -> list[Row]:
    """Those of all invoices, by period."""
    invoices = database().invoices.find({}).sort("period_start", 1)
    return [line for row in invoices for line in row["line_items"] if line["kind"] == "usage"]


def test_usage_is_billed_with_the_period_that_ended_and_late_usage_with_the_next(
    subscription: Subscription,
) -> None:
    with clock.frozen(datetime(2026, 2, 10, tzinfo=UTC)):
        record_usage([event(subscription, date(2026, 1, 31), value="2.5")])
        run_billing(date(2026, 2, 1))
        late = [event(subscription, date(2026, 1, 31), value=4)]
        record_usage([*late, event(subscription, date(2026, 2, 9), value=1)])
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        run_billing(date(2026, 3, 1))
        assert record_usage(late).counted == 0
    january, february = usage_lines()
    assert (january["period_start"], january["period_end"]) == ("2026-01-01", "2026-02-01")
    assert (str(january["quantity"]), january["amount"]) == ("2.5", 5)
    assert "late_events" not in january["explanation"]
    assert (february["period_start"], february["period_end"]) == ("2026-02-01", "2026-03-01")
    assert (february["quantity"], february["amount"]) == (5, 10)
    assert february["explanation"]["late_events"] == 1


@pytest.mark.parametrize("proration", ["credit", "none"])
def test_usage_of_the_day_on_which_it_is_cancelled_is_billed(
    subscription: Subscription, proration: str
) -> None:
    with clock.frozen(datetime(2026, 1, 20, 13, tzinfo=UTC)):
        record_usage([event(subscription, date(2026, 1, day), value=3) for day in (19, 20)])
        data = {"when": "now", "proration": proration}
        cancel_subscription(subscription.id, parse(CancelSubscription, data))
    (line,) = usage_lines()
    assert (line["quantity"], line["amount"]) == (6, 12)
    assert (line["period_start"], line["period_end"]) == ("2026-01-01", "2026-01-20")


def test_usage_of_a_subscription_that_begins_and_is_cancelled_on_one_day_is_billed(
    subscription: Subscription,
) -> None:
    with clock.frozen(datetime(2026, 1, 1, 13, tzinfo=UTC)):
        record_usage([event(subscription, date(2026, 1, 1), value=3)])
        cancel_subscription(subscription.id, CancelSubscription(when="now"))
    assert [line["amount"] for line in usage_lines()] == [6]


@pytest.mark.parametrize("proration", ["credit", "none"])
@pytest.mark.parametrize("resumed", [20, 25])
def test_usage_of_the_day_on_which_it_is_paused_is_billed_once(
    subscription: Subscription, resumed: int, proration: str
) -> None:
    with clock.frozen(datetime(2026, 1, 20, 13, tzinfo=UTC)):
        record_usage([event(subscription, date(2026, 1, 20), value=3)])
        pause = parse(PauseSubscription, {"proration": proration})
        pause_subscription(subscription.id, pause)
        record_usage([event(subscription, date(2026, 1, 20), value=100)])
    with clock.frozen(datetime(2026, 1, resumed, 14, tzinfo=UTC)):
        resume_subscription(subscription.id)
        at = f"2026-01-{resumed}T13:30:00Z"
        record_usage([event(subscription, date(2026, 1, resumed), value=5, occurred_at=at)])
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        run_billing(date(2026, 3, 1))
    assert sum(line["quantity"] for line in usage_lines()) == 8


@pytest.mark.parametrize("cycle", ["monthly", "yearly"])
def test_usage_before_a_pause_is_billed_by_the_plan_of_its_time(
    subscription: Subscription, cycle: str
) -> None:
    other = create_plan(price=1000, billing_cycle=cycle)
    with clock.frozen(datetime(2026, 1, 10, 13, tzinfo=UTC)):
        record_usage([event(subscription, date(2026, 1, 9), value=100)])
        pause_subscription(subscription.id)
        update_subscription(subscription.id, parse(SubscriptionChange, {"plan_id": other.id}))
    with clock.frozen(datetime(2026, 1, 15, 13, tzinfo=UTC)):
        resumed = resume_subscription(subscription.id)
    assert resumed.plan_id == other.id
    assert [(line["quantity"], line["amount"]) for line in usage_lines()] == [(100, 200)]


def test_a_bill_that_was_added_up_before_an_event_came_is_not_written(
    subscription: Subscription,
) -> None:
    with clock.frozen(datetime(2026, 2, 1, 13, tzinfo=UTC)):
        rows = list(database().subscriptions.find({"_id": subscription.id}))
        prepared = prepare_bills(rows, date(2026, 2, 1))
        record_usage([event(subscription, date(2026, 1, 31))])
        with pytest.raises(ChangedMeanwhile):
            commit_bills(prepared)
        run_billing(date(2026, 2, 1))
    assert [line["quantity"] for line in usage_lines()] == [1]


@pytest.mark.parametrize("seed", [1, 2])
def test_who_sends_while_billing_runs_is_billed_once_for_each_event(
    subscription: Subscription, seed: int
) -> None:
    """Four send usage of half a year in odd batches, some twice, while six months are billed."""
    chance, first = Random(seed), date(2026, 1, 1)
    days = [first + timedelta(days=chance.randrange(150)) for _ in range(400)]
    events = [event(subscription, day) for day in days]
    batches = [events[n : n + 7] for n in range(0, 400, 7)]
    chance.shuffle(batches)
    runs_began = Event()

    def send(mine: list[list[UsageEventInput]]) -> int:
        counted = 0
        for position, batch in enumerate(mine):
            if position == len(mine) // 3:
                assert runs_began.wait(60)
            counted += record_usage(batch).counted
            counted += record_usage(batch[:2]).counted
        return counted

    with clock.frozen(datetime(2026, 6, 20, tzinfo=UTC)):
        with ThreadPoolExecutor(4) as pool:
            sent: list[Future[int]] = [
                pool.submit(copy_context().run, send, batches[n::4]) for n in range(4)
            ]
            for month in range(2, 7):
                run_billing(date(2026, month, 1))
                runs_began.set()
        assert sum(future.result() for future in sent) == 400
    with clock.frozen(datetime(2026, 7, 1, tzinfo=UTC)):
        run_billing(date(2026, 7, 1))
    lines = usage_lines()
    assert sum(line["quantity"] for line in lines) == 400
    assert sum(line["amount"] for line in lines) == 800
    assert len({line["period_start"] for line in lines}) == len(lines)
    assert any("late_events" in line["explanation"] for line in lines)
