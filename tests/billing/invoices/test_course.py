"""The course of a subscription, to the cent: every amount here was worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.customers.credit import add_credit
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from billing.transactions import in_transaction
from tests.factories import (
    create_coupon,
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_usage,
)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def started(day: str = "2026-01-10", **values: Any) -> Subscription:
    with clock.frozen(at(day)):
        return create_subscription(**values)


def run(day: str) -> None:
    with clock.frozen(at(day)):
        run_billing(date.fromisoformat(day))
    assert check_books() == []


def invoices(db: Database[Row]) -> list[tuple[Any, ...]]:
    """(start, end, total) of each, oldest first."""
    rows = db.invoices.find().sort("_id", 1)
    return [(r.get("period_start"), r.get("period_end"), r["total"]) for r in rows]


def lines(db: Database[Row], number: int = -1) -> list[tuple[str, int]]:
    """(kind, amount) of the lines of the newest invoice."""
    row = list(db.invoices.find().sort("_id", 1))[number]
    return [(line["kind"], line["amount"]) for line in row["line_items"]]


def test_a_trial_bills_nothing_and_then_anchors_at_its_end(db: Database[Row]) -> None:
    trial = started(plan=create_plan(price=4900, trial_days=14, setup_fee=1500))
    assert (trial.status, trial.trial_end_date) == ("trialing", date(2026, 1, 24))
    assert invoices(db) == []
    run("2026-01-23")
    assert invoices(db) == []
    run("2026-02-24")
    assert invoices(db) == [
        ("2026-01-24", "2026-02-24", 6400),
        ("2026-02-24", "2026-03-24", 4900),
    ]
    assert get_subscription(trial.id).status == "active"


def test_a_calendar_anchor_begins_with_a_stub(db: Database[Row]) -> None:
    started(plan=create_plan(price=3100), billing_anchor={"day": 1})
    run("2026-02-01")
    # 22 of the 31 days of January.
    assert invoices(db) == [
        ("2026-01-10", "2026-02-01", 2200),
        ("2026-02-01", "2026-03-01", 3100),
    ]


def test_the_last_day_of_the_month_clamps_and_comes_back(db: Database[Row]) -> None:
    started("2026-02-10", plan=create_plan(price=2800), billing_anchor={"day": 31})
    run("2026-04-30")
    # The full period of the stub is 31 January to 28 February, of which 18 of 28 days are left.
    assert invoices(db) == [
        ("2026-02-10", "2026-02-28", 1800),
        ("2026-02-28", "2026-03-31", 2800),
        ("2026-03-31", "2026-04-30", 2800),
        ("2026-04-30", "2026-05-31", 2800),
    ]


def test_a_fixed_end_cuts_the_last_period(db: Database[Row]) -> None:
    fixed = started(plan=create_plan(price=3100), end_date="2026-02-20")
    run("2026-06-01")
    # 10 of the 28 days from 10 February to 10 March: 1107.14.
    assert invoices(db) == [
        ("2026-01-10", "2026-02-10", 3100),
        ("2026-02-10", "2026-02-20", 1107),
    ]
    assert get_subscription(fixed.id).status == "expired"


def test_usage_is_billed_with_the_next_invoice(db: Database[Row]) -> None:
    create_meter(key="calls")
    charge = {
        "key": "calls",
        "name": "Calls",
        "pricing_model": "graduated",
        "tiers": [
            {"up_to": 100, "unit_amount": 0, "flat_amount": 0},
            {"up_to": None, "unit_amount": "2.5", "flat_amount": 300},
        ],
        "meter": "calls",
        "timing": "in_arrears",
    }
    metered = started(plan=create_plan(price=1000, charges=[charge]))
    with clock.frozen(at("2026-02-09")):
        create_usage(subscription=metered, meter="calls", value=107)
    run("2026-02-10")
    # 7 beyond the first 100: 300 + 17.5, rounded once to 318.
    assert lines(db) == [("usage", 318), ("plan", 1000)]
    with clock.frozen(at("2026-02-11")):
        create_usage(subscription=metered, meter="calls", value=1, occurred_at=at("2026-02-01"))
    run("2026-03-10")
    assert lines(db) == [("usage", 0), ("plan", 1000)]  # within the free ones of its new period
    (newest,) = db.invoices.find().sort("_id", -1).limit(1)
    assert newest["line_items"][0]["explanation"]["late_events"] == 1


def test_a_minimum_is_trued_up_afterwards(db: Database[Row]) -> None:
    create_meter(key="calls")
    charge = {
        "key": "calls",
        "name": "Calls",
        "pricing_model": "per_unit",
        "unit_amount": 10,
        "meter": "calls",
        "timing": "in_arrears",
    }
    metered = started(plan=create_plan(price=1000, charges=[charge], minimum_amount=2500))
    with clock.frozen(at("2026-01-20")):
        create_usage(subscription=metered, meter="calls", value=40)
    run("2026-02-10")
    # 1000 in advance and 400 of usage leave 1100 to the 2500 agreed.
    assert lines(db) == [("usage", 400), ("charge", 1100), ("plan", 1000)]


@pytest.mark.parametrize(
    ("coupon", "totals"),
    [
        ({"percent_off": "25", "duration": "once"}, [7500, 10000, 10000, 10000]),
        (
            {"percent_off": "25", "duration": "repeating", "duration_cycles": 2},
            [7500, 7500, 10000, 10000],
        ),
        ({"percent_off": "25", "duration": "forever"}, [7500, 7500, 7500, 7500]),
        ({"amount_off": 12000, "currency": "USD", "duration": "once"}, [0, 10000, 10000, 10000]),
    ],
)
def test_a_coupon_counts_for_its_cycles(
    db: Database[Row], coupon: dict[str, Any], totals: list[int]
) -> None:
    create_coupon(code="SPRING", **{"percent_off": None, **coupon})
    started(plan=create_plan(price=10000), coupon="spring")
    run("2026-04-10")
    assert [total for _, _, total in invoices(db)] == totals


def test_taxes_come_on_top_or_are_within(db: Database[Row]) -> None:
    on_top = create_tax_rate(name="VAT", percentage="19", inclusive=False)
    within = create_tax_rate(name="GST", percentage="10", inclusive=True)
    for rate in (on_top, within):
        customer = create_customer(tax_rate_ids=[rate.id])
        started(customer=customer, plan=create_plan(price=9999))
    first, second = db.invoices.find().sort("_id", 1)
    assert (first["tax_total"], first["total"]) == (1900, 11899)  # 1899.81
    assert (second["tax_total"], second["total"]) == (909, 9999)  # 9999 - 9090
    assert check_books() == []


def test_credit_is_used_up_across_a_customers_subscriptions(db: Database[Row]) -> None:
    customer = create_customer()
    plan = create_plan(price=4000)
    for _ in range(2):
        started(customer=customer, plan=plan)
    in_transaction(lambda: add_credit(customer.id, "USD", 5500, reason="goodwill"))
    run("2026-02-10")
    newest = list(db.invoices.find().sort("_id", 1))[2:]
    assert [(row["credit_applied"], row["amount_due"]) for row in newest] == [
        (4000, 0),
        (1500, 2500),
    ]
    assert [row["status"] for row in newest] == ["paid", "open"]
    assert get_customer_row(customer.id)["credit_balances"] == {"USD": 0}


def test_reverse_charge_says_so_and_adds_no_tax(db: Database[Row]) -> None:
    rate = create_tax_rate(percentage="19", inclusive=False)
    started(customer=create_customer(tax_rate_ids=[rate.id], tax_exempt="reverse"))
    (row,) = db.invoices.find()
    assert row["tax_total"] == 0
    assert row["legal_note"].startswith("Reverse charge")
