"""A change of plan within a period: usage is billed on the terms of its day, each event once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from billing import clock
from billing.changes.as_previewed import digest_of, do_as_previewed
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.changes.preview import preview_change
from billing.database import Row, database
from billing.inputs import merge, parse
from billing.invoices.explain import explain_invoice
from billing.plans.models import Plan
from billing.plans.queries import get_plan
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange, as_input
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.test_clocks.advance import advance_clock
from billing.test_clocks.inputs import AdvanceClock
from billing.usage.entitlements import entitlements
from billing.usage.so_far import usage_so_far
from tests.billing.invoices.recompute import recompute
from tests.factories import (
    create_coupon,
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_test_clock,
    create_usage,
)
from tests.foreseeing import as_done

Part = tuple[str, str, Any, int]
"""First day, day after the last, quantity and amount of a line."""


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def metered(unit_amount: int, **values: Any) -> Plan:
    charge = {"key": "calls", "name": "API calls", "meter": "calls", "pricing_model": "per_unit"}
    charges = [{**charge, "unit_amount": unit_amount}]
    return create_plan(**{"price": 1000, "charges": charges, **values})


@pytest.fixture
def subscription(db: object) -> Subscription:
    """On a plan that charges 2 for each call; billed for January 2026."""
    create_meter(key="calls")
    with clock.frozen(at(1, 1, 0)):
        return create_subscription(plan=metered(2, name="Two"), start_date="2026-01-01")


def used(subscription: Subscription, moment: datetime, value: Any = 1) -> Row:
    return create_usage(
        subscription=subscription, meter="calls", value=value, occurred_at=moment.isoformat()
    )


def change_to(subscription: Subscription, plan: Plan, behavior: str | None = None) -> Subscription:
    """Now; and it is what its preview said."""
    current = as_input(get_subscription(subscription.id))
    wanted = {"plan_id": plan.id, "proration_behavior": behavior}
    data = merge(SubscriptionChange, current, wanted)
    as_done(lambda: update_subscription(subscription.id, data), subscription.id)
    return update_subscription(subscription.id, data)


def run(month: int) -> None:
    with clock.frozen(at(month, 1)):
        run_billing(date(2026, month, 1))
        assert check_books() == []


def lines(kind: str = "usage") -> list[Row]:
    """Those of all invoices, in order; each invoice follows from its explanation."""
    invoices = list(database().invoices.find({}).sort("_id", 1))
    for invoice in invoices:
        recompute(explain_invoice(invoice))
    return [line for row in invoices for line in row["line_items"] if line["kind"] == kind]


def parts() -> list[Part]:
    names = ("period_start", "period_end", "quantity", "amount")
    return [tuple(line[name] for name in names) for line in lines()]  # type: ignore[misc]


def test_usage_before_a_change_to_a_flat_plan_is_billed(subscription: Subscription) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, create_plan(price=1000))
    run(2)
    run(3)
    assert parts() == [("2026-01-01", "2026-01-20", 100, 200)]


def test_usage_before_a_change_to_a_dearer_plan_costs_what_it_did(
    subscription: Subscription,
) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        used(subscription, at(1, 20, 1), 7)
        change_to(subscription, metered(20, name="Twenty"))
    run(2)
    assert parts() == [
        ("2026-01-01", "2026-01-20", 100, 200),
        ("2026-01-20", "2026-02-01", 7, 140),
    ]
    invoice = database().invoices.find_one({"period_start": "2026-02-01"}) or {}
    told = {line["amount"]: line for line in explain_invoice(invoice)["lines"]}
    assert (told[200]["plan_name"], told[140]["plan_name"]) == ("Two", "Twenty")
    assert told[200]["sentence"] == (
        "100 × $0.02 (the price of the plan, version 1) = $2.00, "  # noqa: RUF001
        "for what was used from 2026-01-01 to 2026-01-19, on the terms of Two."
    )
    assert (told[140]["used_from"], told[140]["used_through"]) == ("2026-01-20", "2026-01-31")
    assert "usage_from" not in (database().subscriptions.find_one({}) or {})


def test_usage_before_a_change_from_a_flat_plan_is_never_billed(
    subscription: Subscription,
) -> None:
    with clock.frozen(at(1, 2)):
        flat = create_subscription(plan=create_plan(price=1000), start_date="2026-01-02")
    with clock.frozen(at(1, 20)):
        used(flat, at(1, 10), 100)
        used(flat, at(1, 20), 3)
        change_to(flat, metered(5))
    run(3)
    assert [line["quantity"] for line in lines() if line["amount"]] == [3]


FOREVER = {"duration": "forever"}


@pytest.mark.parametrize(
    ("behavior", "coupon", "at_once"),
    [
        ("create_prorations", None, []),
        ("none", None, []),
        ("always_invoice", None, [(200, 0)]),
        ("always_invoice", {**FOREVER, "percent_off": "10"}, [(200, 20)]),
        ("always_invoice", {"percent_off": "10", "duration": "once"}, [(200, 0)]),
        (
            "always_invoice",
            {**FOREVER, "amount_off": 50, "currency": "USD"},
            [(200, 0)],
        ),
    ],
)
def test_it_waits_for_the_next_invoice_or_goes_on_that_of_the_change(
    subscription: Subscription, behavior: str, coupon: Row | None, at_once: list[tuple[int, int]]
) -> None:
    if coupon:
        code = create_coupon(**coupon).code
        with clock.frozen(at(1, 1)):
            plan = metered(2)
            subscription = create_subscription(plan=plan, start_date="2026-01-01", coupon=code)
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, create_plan(price=1000), behavior)
    assert [(line["amount"], line["discount_amount"]) for line in lines()] == at_once
    run(2)
    assert [line["amount"] for line in lines() if line["amount"]] == [200]


def test_where_usage_costs_the_same_nothing_is_parted(subscription: Subscription) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        changed = change_to(subscription, metered(2, price=5000), "always_invoice")
        used(subscription, at(1, 11), 1)
    assert changed.usage_from is None
    run(2)
    assert parts() == [("2026-01-01", "2026-02-01", 101, 202)]
    assert "used_from" not in lines()[0]["explanation"]


def test_a_late_event_counts_from_the_change_on(subscription: Subscription) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, metered(20))
        event = used(subscription, at(1, 19), 1)
    assert (event["counts_on"], event["late"]) == ("2026-01-20", True)
    run(2)
    assert parts()[1] == ("2026-01-20", "2026-02-01", 1, 20)
    assert lines()[1]["explanation"]["late_events"] == 1


def test_each_part_has_its_own_highest_value_and_its_own_tiers(db: object) -> None:
    create_meter(key="disk", aggregation="max")
    tiers = [{"up_to": 10, "unit_amount": 0}, {"up_to": None, "unit_amount": 5}]
    disk = {"key": "disk", "name": "Disk", "meter": "disk", "pricing_model": "graduated"}
    plans = [
        create_plan(price=0, charges=[{**disk, "tiers": [*tiers[:1], {**tiers[1], **last}]}])
        for last in ({}, {"unit_amount": 7})
    ]
    with clock.frozen(at(1, 1, 0)):
        subscription = create_subscription(plan=plans[0], start_date="2026-01-01")
    for day, value in ((5, 30), (25, 12)):
        with clock.frozen(at(1, day)):
            create_usage(subscription=subscription, meter="disk", value=value)
            if day == 5:
                with clock.frozen(at(1, 20)):
                    change_to(subscription, plans[1])
    run(2)
    assert [part[2:] for part in parts()] == [(30, 100), (12, 14)]


def test_a_part_that_costs_nothing_is_told_too(db: object) -> None:
    create_meter(key="calls")
    with clock.frozen(at(1, 1, 0)):
        subscription = create_subscription(plan=metered(0), start_date="2026-01-01")
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 3)
        change_to(subscription, create_plan(price=1000))
    run(2)
    assert parts() == [("2026-01-01", "2026-01-20", 3, 0)]


def test_usage_counts_towards_the_minimum_of_its_period_once(subscription: Subscription) -> None:
    with clock.frozen(at(1, 1)):
        plan = metered(2, price=0, minimum_amount=3100)
        bound = create_subscription(plan=plan, start_date="2026-01-01")
    with clock.frozen(at(1, 21)):
        used(bound, at(1, 10), 100)
        change_to(bound, metered(3, price=0, minimum_amount=6200))
        used(bound, at(1, 21), 10)
    run(2)
    # 20 of 31 days of 3100 and 11 of 6200 are 4200; 200 and 30 were used.
    assert sum(line["amount"] for line in lines("charge")) == 4200 - 230


def test_of_two_changes_each_minimum_counts_for_its_days(subscription: Subscription) -> None:
    with clock.frozen(at(1, 1)):
        plan = create_plan(price=0, minimum_amount=3100)
        bound = create_subscription(plan=plan, start_date="2026-01-01")
    for day, minimum in ((11, 6200), (21, 9300)):
        with clock.frozen(at(1, day)):
            change_to(bound, create_plan(price=0, minimum_amount=minimum))
    run(2)
    with clock.frozen(at(2, 15)):
        pause_subscription(bound.id)
        cancel_subscription(bound.id, CancelSubscription(when="now"))
    # 10 days of 100, 10 of 200 and 11 of 300; 14 of 28 days of 9300.
    assert [line["amount"] for line in lines("charge")] == [6300, 4650]


def test_a_minimum_that_begins_with_a_change_is_met_by_what_is_charged_since(
    subscription: Subscription,
) -> None:
    with clock.frozen(at(1, 21)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, metered(3, price=3100, minimum_amount=6200))
        used(subscription, at(1, 21), 10)
    run(2)
    # 11 of 31 days of 6200 are 2200, of 3100 are 1100; 30 was used.
    assert [line["amount"] for line in lines("charge")] == [2200 - 1100 - 30]


@pytest.mark.parametrize("paused", [20, 25])
def test_who_is_paused_or_cancelled_after_a_change_is_billed_for_both_parts(
    subscription: Subscription, paused: int
) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, metered(20))
        used(subscription, at(1, 20), 1)
    with clock.frozen(at(1, paused, 13)):
        pause_subscription(subscription.id)
        late = used(subscription, at(1, 11), 10)
        assert late["counts_on"] == "2026-01-20"
    with clock.frozen(at(1, 27)):
        resume_subscription(subscription.id)
        used(subscription, at(1, 27), 2)
        change_to(subscription, metered(200))
        used(subscription, at(1, 27), 3)
        cancel_subscription(subscription.id, CancelSubscription(when="now"))
        assert check_books() == []
    assert [part[2:] for part in parts()] == [(100, 200), (11, 220), (5, 1000)]


def test_a_change_that_is_undone_leaves_its_parts(subscription: Subscription) -> None:
    first = get_subscription(subscription.id).plan_id
    flat = create_plan(price=1000)
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        used(subscription, at(1, 20), 5)
        change_to(subscription, flat)
        change_to(subscription, get_plan(first))
    run(2)
    assert parts() == [
        ("2026-01-01", "2026-01-20", 100, 200),
        ("2026-01-20", "2026-02-01", 5, 10),
    ]


def test_what_is_used_so_far_counts_from_the_change_and_a_limit_from_the_period(
    subscription: Subscription,
) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        change_to(subscription, metered(20, limits={"calls": 150}))
        used(subscription, at(1, 20), 7)
        found = usage_so_far(subscription.id)
        (included,) = entitlements(subscription.customer_id)
    assert (found.start, found.counted_from) == (date(2026, 1, 1), date(2026, 1, 20))
    assert [each.usage.value for each in found.meters] == [7]
    assert included.limits[0].used == 107


def test_usage_that_comes_after_a_preview_does_not_outdate_it(subscription: Subscription) -> None:
    with clock.frozen(at(1, 20)):
        used(subscription, at(1, 10), 100)
        wanted = {"plan_id": create_plan(price=1000).id}
        data = merge(SubscriptionChange, as_input(get_subscription(subscription.id)), wanted)
        digest = digest_of(preview_change(lambda: update_subscription(subscription.id, data)))
        used(subscription, at(1, 11), 1)
        do_as_previewed(lambda: update_subscription(subscription.id, data), subscription.id, digest)
    run(2)
    assert [part[2] for part in parts()] == [101]


def test_on_a_test_clock_it_is_parted_on_the_day_it_shows(db: object) -> None:
    create_meter(key="calls")
    testing = create_test_clock()
    customer = create_customer(test_clock_id=testing.id)
    subscription = create_subscription(customer=customer, plan=metered(2))
    used(subscription, at(1, 1, 0), 3)
    advance_clock(testing.id, parse(AdvanceClock, {"to": "2026-01-11"}))
    change_to(subscription, create_plan(price=1000))
    advance_clock(testing.id, parse(AdvanceClock, {"to": "2026-02-01"}))
    assert parts() == [("2026-01-01", "2026-01-11", 3, 6)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_any_changes_each_event_is_billed_once_at_the_price_of_its_day(
    subscription: Subscription, seed: int
) -> None:
    """Each price is met by one plan only, so that a line tells which events it counts."""
    chance = Random(seed)
    prices = {price: metered(price) for price in (2, 3, 5, 7)} | {0: create_plan(price=900)}
    price, counted, expected = 2, 0, 0
    for day in range(2, 32):
        on_day = 0
        with clock.frozen(at(1, day)):
            if chance.random() < 0.6:
                on_day = chance.randrange(1, 50)
                used(subscription, at(1, day, chance.randrange(12)), on_day)
            if chance.random() < 0.25:
                price = chance.choice(list(prices))
                behavior = chance.choice(["create_prorations", "always_invoice", "none"])
                change_to(subscription, prices[price], behavior)
        expected += on_day * price
        counted += on_day if price else 0
    run(2)
    run(3)
    assert sum(line["quantity"] for line in lines()) == counted
    assert sum(line["amount"] for line in lines()) == expected
    days = [(date.fromisoformat(s), date.fromisoformat(e)) for s, e, *_ in sorted(parts())]
    assert all(before[1] <= after[0] for before, after in pairwise(days))
    assert days[-1][1] - days[0][0] <= timedelta(days=31)
