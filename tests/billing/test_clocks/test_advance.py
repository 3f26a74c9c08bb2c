"""Advancing a test clock: all that would have happened, in order, at its own time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.customers.inputs import CustomerInput
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.dunning.run_dunning import run_dunning
from billing.errors import Invalid
from billing.inputs import parse
from billing.invoices import commit_bills
from billing.runs.check import check_books
from billing.runs.preview import preview_run
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.queries import get_subscription, next_due
from billing.test_clocks import advance as advancing
from billing.test_clocks.advance import Advanced, advance_clock
from billing.test_clocks.errors import AdvanceTooFar, ClockGoesForward
from billing.test_clocks.inputs import AdvanceClock
from billing.test_clocks.queries import get_clock
from tests.factories import (
    create_customer,
    create_plan,
    create_subscription,
    create_test_clock,
    customer_values,
)


def advance(clock_id: str, to: str) -> Advanced:
    return advance_clock(clock_id, parse(AdvanceClock, {"to": to}))


def made_up(now: str, **plan: Any) -> tuple[str, str]:
    """A clock, and a subscription of a customer who lives on it."""
    test_clock = create_test_clock(now=now)
    customer = create_customer(test_clock_id=test_clock.id)
    return test_clock.id, create_subscription(customer=customer, plan=create_plan(**plan)).id


def remind_nobody(db: Database[Row]) -> None:
    dunning = {"days": [], "final_action": "leave"}
    db.settings.update_one({"_id": "seller"}, {"$set": {"dunning": dunning}}, upsert=True)


def periods(db: Database[Row]) -> list[tuple[str, str, str]]:
    rows = db.invoices.find().sort("_id", 1)
    return [(row["issue_date"], row["period_start"], row["period_end"]) for row in rows]


def test_each_period_is_billed_on_its_first_day(db: Database[Row]) -> None:
    clock_id, subscription_id = made_up("2026-01-31")
    advanced = advance(clock_id, "2026-04-30T12:00:00Z")
    assert advanced.invoices == 3
    assert periods(db) == [
        ("2026-01-31", "2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-02-28", "2026-03-31"),
        ("2026-03-31", "2026-03-31", "2026-04-30"),
        ("2026-04-30", "2026-04-30", "2026-05-31"),
    ]
    last = db.invoices.find_one({"period_start": "2026-04-30"}) or {}
    assert last["created_at"] == last["finalized_at"] == datetime(2026, 4, 30, tzinfo=UTC)
    assert last["due_date"] == "2026-05-14"
    stands = get_clock(clock_id)
    assert stands.now == advanced.clock.now == datetime(2026, 4, 30, 12, tzinfo=UTC)
    assert stands.status == "ready"
    assert get_subscription(subscription_id).next_billing_date == date(2026, 5, 31)
    assert check_books() == []


def test_ten_years_of_months_are_a_hundred_and_twenty_invoices(db: Database[Row]) -> None:
    remind_nobody(db)
    clock_id, _ = made_up("2026-01-31")
    assert advance(clock_id, "2036-01-31").invoices == 120
    assert periods(db)[-1] == ("2036-01-31", "2036-01-31", "2036-02-29")
    assert check_books() == []


def test_a_day_begins_where_the_customer_lives(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2026-01-10T12:00:00Z")
    zones = ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")
    for zone in zones:
        customer = create_customer(test_clock_id=test_clock.id, preferences={"timezone": zone})
        create_subscription(customer=customer, start_date="2026-02-01")
    made = [
        advance(test_clock.id, moment).invoices
        for moment in (
            "2026-01-31T09:59:59Z",
            "2026-01-31T10:00:00Z",
            "2026-01-31T23:59:59Z",
            "2026-02-01T00:00:00Z",
            "2026-02-01T10:59:59Z",
            "2026-02-01T11:00:00Z",
        )
    ]
    assert made == [0, 1, 0, 1, 0, 1]
    assert {row["issue_date"] for row in db.invoices.find()} == {"2026-02-01"}


def test_an_end_is_reached_at_the_clocks_time(db: Database[Row]) -> None:
    clock_id, subscription_id = made_up("2026-01-31")
    cancel_subscription(subscription_id, CancelSubscription(when="period_end"))
    advance(clock_id, "2027-01-01")
    ended = get_subscription(subscription_id)
    assert (ended.status, ended.end_date) == ("cancelled", date(2026, 2, 28))
    assert ended.cancelled_at == datetime(2026, 2, 28, tzinfo=UTC)
    assert len(periods(db)) == 1


def test_time_goes_forward_and_not_too_far(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2026-01-31T12:00:00Z")
    with pytest.raises(ClockGoesForward) as refused:
        advance(test_clock.id, "2026-01-31T11:59:59Z")
    assert refused.value.errors[0].field == "to"
    with pytest.raises(AdvanceTooFar):
        advance(test_clock.id, "2036-02-01")
    assert get_clock(test_clock.id).now == test_clock.now
    assert advance(test_clock.id, "2026-01-31T12:00:00Z").invoices == 0


def test_a_run_bills_nobody_who_lives_on_a_clock_and_a_clock_nobody_else(
    db: Database[Row],
) -> None:
    with clock.frozen(datetime(2026, 1, 31, tzinfo=UTC)):
        real = create_subscription()
    clock_id, subscription_id = made_up("2026-01-31")
    assert next_due() == (date(2026, 2, 28), 1)
    assert preview_run(date(2026, 2, 28)).invoiced == 1
    run = run_billing(date(2026, 2, 28))
    assert (run.due_subscriptions, run.invoiced, run.still_due) == (1, 1, 0)
    assert get_subscription(real.id).next_billing_date == date(2026, 3, 31)
    assert get_subscription(subscription_id).next_billing_date == date(2026, 2, 28)
    assert advance(clock_id, "2026-03-31").invoices == 2
    assert get_subscription(real.id).next_billing_date == date(2026, 3, 31)
    assert check_books() == []


def test_their_invoices_are_numbered_apart(db: Database[Row]) -> None:
    clock_id, _ = made_up("2026-01-31")
    advance(clock_id, "2026-03-01")
    with clock.frozen(datetime(2026, 1, 31, tzinfo=UTC)):
        create_subscription()
    numbers = [row["number"] for row in db.invoices.find().sort("_id", 1)]
    assert numbers == ["TESTINV-2026-000001", "TESTINV-2026-000002", "INV-2026-000001"]


def test_who_cannot_be_billed_is_told_once_and_tried_again(db: Database[Row]) -> None:
    clock_id, subscription_id = made_up("2026-01-31")
    customer_id = get_subscription(subscription_id).customer_id
    suspend(customer_id, "suspended")
    (skip,) = advance(clock_id, "2026-06-01").skips
    assert (skip["id"], skip["code"]) == (subscription_id, "customer_suspended")
    assert get_clock(clock_id).now == datetime(2026, 6, 1, tzinfo=UTC)
    suspend(customer_id, "active")
    assert advance(clock_id, "2026-06-02").invoices == 4


def suspend(customer_id: str, status: str) -> None:
    update_customer(customer_id, parse(CustomerInput, customer_values(status=status)))


def test_two_on_one_clock_are_billed_in_the_order_of_time(db: Database[Row]) -> None:
    test_clock = create_test_clock(now="2026-01-01")
    for start in ("2026-01-20", "2026-01-05"):
        customer = create_customer(test_clock_id=test_clock.id)
        create_subscription(customer=customer, start_date=start)
    advance(test_clock.id, "2026-03-01")
    issued = [found[0] for found in periods(db)]
    assert issued == ["2026-01-05", "2026-01-20", "2026-02-05", "2026-02-20"]


def test_interrupted_anywhere_it_ends_the_same(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_id, subscription_id = made_up("2026-01-31")
    write = commit_bills.commit_or_skip
    for stop_after in range(3):
        calls = iter(range(stop_after, -1, -1))

        def stop(*args: Any, calls: Any = calls, **kwargs: Any) -> Any:
            written = write(*args, **kwargs)
            if next(calls) == 0:
                raise KeyboardInterrupt
            return written

        monkeypatch.setattr(advancing, "commit_or_skip", stop)
        with pytest.raises(KeyboardInterrupt):
            advance(clock_id, "2027-01-31")
        assert get_clock(clock_id).status == "advancing"
    monkeypatch.undo()
    assert get_clock(clock_id).now == datetime(2026, 7, 31, tzinfo=UTC)
    assert advance(clock_id, "2027-01-31").invoices == 6
    found = periods(db)
    assert [issued for issued, _, _ in found] == [start for _, start, _ in found]
    assert len(found) == 13
    assert get_clock(clock_id).status == "ready"
    assert get_subscription(subscription_id).next_billing_date == date(2027, 2, 28)
    assert check_books() == []


def test_two_who_advance_it_at_once_bill_each_period_once(db: Database[Row]) -> None:
    clock_id, _ = made_up("2026-01-31")
    with ThreadPoolExecutor(4) as pool:
        made = sum(
            each.invoices for each in pool.map(lambda to: advance(clock_id, to), ["2027-01-31"] * 4)
        )
    assert made == 12
    assert len(periods(db)) == 13
    assert get_clock(clock_id).now == datetime(2027, 1, 31, tzinfo=UTC)
    assert check_books() == []


def test_reminders_come_on_their_days_and_at_their_time(db: Database[Row]) -> None:
    clock_id, subscription_id = made_up("2026-01-31")
    assert advance(clock_id, "2026-02-14").reminders == 1  # due today
    assert get_subscription(subscription_id).status == "past_due"
    assert advance(clock_id, "2026-02-27T23:00:00Z").reminders == 2
    assert advance(clock_id, "2026-02-28").reminders == 1  # the last one, and the end
    assert get_subscription(subscription_id).status == "unpaid"
    told = [row["created_at"] for row in db.events.find({"type": "invoice.reminded"}).sort("_id")]
    assert told == [datetime(2026, 2, day, tzinfo=UTC) for day in (14, 17, 21, 28)]
    assert run_dunning(date(2026, 3, 31)).reminded == 0
    assert check_books() == []


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        parse(AdvanceClock, {"to": "2026-02-30"})
    assert {error.field for error in refused.value.errors} == {"to"}
