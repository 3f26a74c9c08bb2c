"""The check of the books on all that the engine can do: sound books pass, spoilt ones are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Database, Row
from billing.inputs import parse
from billing.invoices.explain import explain_invoice
from billing.invoices.finalize import finalize_invoice
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.seller.inputs import SettingsInput
from billing.seller.save_settings import save_settings
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    SubscriptionChange,
)
from tests.billing.invoices.recompute import recompute
from tests.billing.runs.books import now_is
from tests.factories import (
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
    create_tax_rate,
)


@pytest.fixture
def books(db: Database[Row]) -> Database[Row]:
    """Half a year of a shop with taxes, coupons, trials, changes, pauses, refunds and credit."""
    with now_is("2026-01-05"):
        rates = [create_tax_rate().id, create_tax_rate(percentage="2.5", inclusive=True).id]
        save_settings(parse(SettingsInput, {"name": "Shop", "default_tax_rate_ids": rates}))
        monthly, team = create_plan(), create_plan(price=1999, pricing_model="per_unit")
        yearly = create_plan(price=49000, billing_cycle="yearly")
        buyer = create_customer()
        coupon = create_coupon(duration="repeating", duration_cycles=2)
        plain = create_subscription(customer=buyer, plan=monthly, coupon=coupon.code)
        seats = create_subscription(plan=team, quantity=3, billing_anchor={"day": 1})
        paused = create_subscription(plan=monthly)
        cycle = create_subscription(plan=monthly)
        tried = create_subscription(plan=monthly, trial_days=14)
        over = create_subscription(plan=monthly)
    with now_is("2026-01-20"):
        run_billing(date(2026, 1, 20))
        update_subscription(seats.id, SubscriptionChange(plan_id=team.id, quantity=7))
        update_subscription(cycle.id, SubscriptionChange(plan_id=yearly.id))
        pause_subscription(paused.id)
        cancel_subscription(over.id, CancelSubscription(when="now", proration="credit"))
        paid = create_payment(invoice=create_invoice(customer=buyer), amount=20000)
        refund_payment(paid.id, RefundInput(amount=500))
        create_payment(amount=100)
    with now_is("2026-03-10"):
        resume_subscription(paused.id)
        run_billing(date(2026, 3, 10))
        create_credit_note(invoice=create_invoice(), amount=777)
        create_credit_note(amount=1190)
        later = PauseSubscription(starts_on=date(2026, 3, 20), resumes_on=date(2026, 5, 2))
        pause_subscription(plain.id, later)
        finalize_invoice(create_invoice(customer=buyer, draft=True).id)
    run_billing(date(2026, 6, 30))
    assert db.invoices.count_documents({"subscription_id": tried.id}) == 6
    return db


def test_all_that_the_engine_does_leaves_sound_books(books: Database[Row]) -> None:
    assert check_books() == []
    assert books.credit_entries.count_documents({}) > 3
    assert books.invoices.count_documents({"reason": "subscription_change"}) >= 2


def test_every_invoice_adds_up_from_its_explanation_alone(books: Database[Row]) -> None:
    for row in books.invoices.find():
        recompute(explain_invoice(row))


Break = Callable[[Database[Row]], Any]


def change(collection: str, where: Row, values: Row) -> Break:
    return lambda db: db[collection].update_one(where, {"$set": values})


WITH_TAX = {"taxes.1": {"$exists": True}, "status": "open"}
OFFENCES: dict[str, tuple[Break, str]] = {
    "a tax": (change("invoices", WITH_TAX, {"taxes.0.amount": 1}), "amounts add up"),
    "a line's tax": (
        change("invoices", WITH_TAX, {"line_items.0.tax_amount": 1}),
        "amounts add up",
    ),
    "an inclusive tax added": (
        change("invoices", WITH_TAX, {"taxes.1.inclusive": False}),
        "amounts add up",
    ),
    "a discount": (
        change("invoices", {"discount_total": {"$gt": 0}}, {"discounts.0.amount": 1}),
        "amounts add up",
    ),
    "a credit note's parts": (
        change("credit_notes", {}, {"credit_amount": 5}),
        "credit notes add up",
    ),
    "a credit note that is gone": (
        lambda db: db.credit_notes.update_one({}, {"$set": {"status": "void"}}),
        "credit notes add up",
    ),
    "a credit note's number": (
        change("credit_notes", {"number": "CN-2026-000001"}, {"number": "CN-2026-000009"}),
        "numbers are gapless",
    ),
    "a balance": (
        change("customers", {"credit_balances.USD": {"$gt": 0}}, {"credit_balances.USD": 1}),
        "credit is accounted for",
    ),
    "an entry": (
        lambda db: db.credit_entries.insert_one(
            {"_id": "crd_x", "customer_id": "cus_x", "currency": "USD", "amount": 5}
        ),
        "credit is accounted for",
    ),
    "credit that an invoice did not use": (
        change("credit_entries", {"reason": "negative_invoice"}, {"reason": "overpayment"}),
        "invoices move credit",
    ),
    "a refund": (change("refunds", {}, {"amount": 499}), "refunds match"),
    "a refund of no payment": (change("refunds", {}, {"payment_id": "pay_x"}), "refunds match"),
    "a payment's state": (
        change("payments", {"refunded_amount": {"$gt": 0}}, {"status": "succeeded"}),
        "payments match",
    ),
    "an overpayment": (
        change("payments", {"credited_amount": {"$gt": 0}}, {"credited_amount": 0}),
        "payments match",
    ),
    "a pause that was none": (
        change("subscriptions", {"pauses.0": {"$exists": True}}, {"pauses": []}),
        "periods are seamless",
    ),
    "a change that was none": (
        change(
            "invoices",
            {"reason": "subscription_change", "period_end": {"$gt": "2027"}},
            {"reason": "one_off"},
        ),
        "periods are seamless",
    ),
    "an end that was not billed": (
        change("subscriptions", {"status": "cancelled"}, {"end_date": "2027-01-01"}),
        "periods are seamless",
    ),
    "a move": (
        change("events", {"type": "invoice.paid"}, {"changes": {"status": ["void", "paid"]}}),
        "moves are allowed",
    ),
    "an object of an event": (
        change("events", {"type": "plan.created"}, {"object_id": f"plan_{'0' * 26}"}),
        "events have their objects",
    ),
    "an unknown state of a payment": (
        change("payments", {"status": "succeeded"}, {"status": "lost"}),
        "states are known",
    ),
}
# Spoiling one thing shows in another rule, too.
TWICE = {"an unknown state of a payment": {"payments match"}}


@pytest.mark.parametrize("name", list(OFFENCES))
def test_each_offence_is_found_by_its_rule(books: Database[Row], name: str) -> None:
    spoil, rule = OFFENCES[name]
    assert getattr(spoil(books), "modified_count", 1) == 1
    found = {offence.rule for offence in check_books()}
    assert found - TWICE.get(name, set()) == {rule}


def test_a_document_too_damaged_to_judge_is_an_offence(books: Database[Row]) -> None:
    books.payments.update_one({"refunded_amount": {"$gt": 0}}, {"$unset": {"amount": 1}})
    (offence,) = (o for o in check_books() if o.rule == "payments match")
    assert offence.object_id == "books"
    assert "amount" in offence.message
