"""The check of the books finds each kind of offence, and only that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from billing.database import Database, Row
from billing.invoices.inputs import PayInvoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.runs.check import RULES, check_books
from billing.runs.run_billing import run_billing
from tests.billing.runs.books import noon, now_is
from tests.factories import create_invoice, create_subscription

AS_OF = date(2026, 3, 15)
ALL = list(RULES)


@pytest.fixture
def books(db: Database[Row]) -> Database[Row]:
    """Sound books with an invoice in every state."""
    with now_is("2026-01-01"):
        subscriptions = [create_subscription() for _ in range(3)]
        run_billing(AS_OF)
        pay_invoice(create_invoice().id)
        pay_invoice(create_invoice().id, PayInvoice(amount=1))
        void_invoice(create_invoice().id)
        mark_uncollectible(create_invoice().id)
        create_invoice(draft=True)
        create_invoice(line_items=[{"description": "Gift", "unit_amount": 0}])
    assert len(subscriptions) == 3
    return db


def test_sound_books_have_no_offence(books: Database[Row]) -> None:
    seen: list[tuple[str, int, int]] = []
    assert check_books(lambda *step: seen.append(step)) == []
    rules = len(ALL)
    assert seen == [*((rule, n, rules) for n, rule in enumerate(ALL)), ("done", rules, rules)]


def test_empty_books_have_no_offence(db: Database[Row]) -> None:
    assert check_books() == []


Break = Callable[[Database[Row]], Any]


def on_invoice(where: Row, **values: Any) -> Break:
    return lambda db: db.invoices.update_one(where, {"$set": values})


def on_cycle(**values: Any) -> Break:
    return on_invoice({"reason": "subscription_cycle", "period_start": "2026-02-01"}, **values)


PART = {"status": "open", "amount_paid": 1}
OFFENCES: dict[str, tuple[Break, str]] = {
    "a total": (on_cycle(total=1, amount=1, amount_due=1), "amounts add up"),
    "a subtotal": (on_cycle(subtotal=1), "amounts add up"),
    "an amount that is not the total": (on_cycle(amount=1), "amounts add up"),
    "what is due": (on_cycle(amount_due=1), "amounts add up"),
    "less than nothing due": (
        on_invoice(PART, amount_due=-1, amount_paid=10001),
        "amounts add up",
    ),
    "a void invoice that is due": (on_invoice({"status": "void"}, amount_due=1), "amounts add up"),
    "a line": (
        lambda db: db.invoices.update_one(
            {"status": "void"}, {"$set": {"line_items.0.amount": 9999}}
        ),
        "amounts add up",
    ),
    "a gap": (
        lambda db: db.invoices.delete_one({"number": "INV-2026-000010"}),
        "numbers are gapless",
    ),
    "a missing end": (
        lambda db: db.counters.update_one({}, {"$inc": {"last": 1}}),
        "numbers are gapless",
    ),
    "a counter behind": (
        lambda db: db.counters.update_one({}, {"$inc": {"last": -1}}),
        "numbers are gapless",
    ),
    "a series without a counter": (
        on_invoice({"status": "void"}, number="OLD-2020-000001"),
        "numbers are gapless",
    ),
    "a counter without a series": (
        lambda db: db.counters.insert_one({"_id": "INV-2025", "last": 3}),
        "numbers are gapless",
    ),
    "a number that is none": (
        on_invoice({"status": "void"}, number="INV-2026-x"),
        "numbers are gapless",
    ),
    "a number out of the series": (
        on_invoice({"status": "void"}, number="INV-2026-1000000"),
        "numbers are gapless",
    ),
    "a numbered draft": (
        on_invoice({"status": "uncollectible"}, status="draft"),
        "numbers only when issued",
    ),
    "an issued invoice without a number": (
        lambda db: db.invoices.update_one({"status": "draft"}, {"$set": {"status": "open"}}),
        "numbers only when issued",
    ),
    "a hole between periods": (on_cycle(period_start="2026-02-02"), "periods are seamless"),
    "an overlap of periods": (on_cycle(period_end="2026-03-02"), "periods are seamless"),
    "a first period too late": (
        lambda db: db.subscriptions.update_one({}, {"$set": {"start_date": "2025-12-31"}}),
        "periods are seamless",
    ),
    "a current period nobody billed": (
        lambda db: db.subscriptions.update_one({}, {"$set": {"current_period_end": "2027-01-01"}}),
        "periods are seamless",
    ),
    "a subscription that is gone": (
        lambda db: db.subscriptions.delete_one({}),
        "periods are seamless",
    ),
    "somebody forgotten": (
        lambda db: db.subscriptions.update_one(
            {},
            {
                "$set": {
                    "next_billing_date": "2026-03-01",
                    "created_at": noon("2025-12-31"),
                    "updated_at": noon("2025-12-31"),
                }
            },
        ),
        "nobody is forgotten",
    ),
    "a payment too many": (
        lambda db: db.payments.insert_one(
            {**db.payments.find_one({"amount": 1}), "_id": "pay_2"}  # type: ignore[dict-item]
        ),
        "payments match",
    ),
    "a payment of no invoice": (
        lambda db: db.payments.insert_one(
            {"_id": "pay_2", "invoice_id": "inv_2", "amount": 5, "status": "succeeded"}
        ),
        "payments match",
    ),
    "a payment that is gone": (lambda db: db.payments.delete_one({"amount": 1}), "payments match"),
    "an unknown state": (
        on_invoice({"status": "uncollectible"}, status="lost"),
        "states are known",
    ),
    "an unknown state of a subscription": (
        lambda db: db.subscriptions.update_one({}, {"$set": {"status": "asleep"}}),
        "states are known",
    ),
    "a paid invoice that is due": (
        on_invoice({"status": "uncollectible"}, status="paid"),
        "states are known",
    ),
}


# Taking a whole document away, or money, breaks more than one rule.
GONE = {
    "a gap": "payments match",
    "a payment that is gone": "",
    "a refund that is gone": "",
    "a subscription that is gone": "",
    "less than nothing due": "payments match",
}


@pytest.mark.parametrize("name", list(OFFENCES))
def test_each_offence_is_found_by_its_rule(books: Database[Row], name: str) -> None:
    spoil, rule = OFFENCES[name]
    spoil(books)
    offences = check_books()
    assert {offence.rule for offence in offences} >= {rule}
    others = {offence.rule for offence in offences} - {rule}
    if isinstance(GONE.get(name), str):
        others -= {"events have their objects", GONE[name]}
    assert not others, offences
    assert all(offence.object_id and offence.message for offence in offences)


def test_who_was_skipped_is_not_forgotten(db: Database[Row]) -> None:
    with now_is("2026-01-01"):
        create_subscription()
    db.customers.update_many({}, {"$set": {"status": "suspended"}})
    run_billing(AS_OF)
    assert check_books() == []


def test_what_began_after_the_run_is_not_forgotten_by_it(db: Database[Row]) -> None:
    run_billing(AS_OF)
    with now_is("2026-03-01"):
        create_subscription(start_date="2026-03-10")
    db.subscriptions.update_many({}, {"$currentDate": {"created_at": True, "updated_at": True}})
    assert check_books() == []


def test_a_run_of_today_everywhere_forgets_nobody(db: Database[Row]) -> None:
    with now_is("2026-01-01"):
        create_subscription()
        run_billing()
    assert check_books() == []


def test_more_than_a_million_numbers_are_counted_right(db: Database[Row]) -> None:
    """The order of the index is the order of the text: 1000000 stands before 100001."""
    numbers = [*range(1, 4), *range(999_998, 1_000_003)]
    db.counters.insert_one({"_id": "INV-2026", "last": 1_000_002})
    db.invoices.insert_many(
        [{"_id": f"inv_{n}", "number": f"INV-2026-{n:06d}", "status": "void"} for n in numbers]
    )
    found = [o for o in check_books() if o.rule == "numbers are gapless"]
    assert [offence.object_id for offence in found] == ["inv_999998"]
