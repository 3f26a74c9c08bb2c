"""Several at once: numbers stay gapless, money is taken once, nobody ends up deleted and billed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest

from billing.changes.cancel import cancel_subscription
from billing.customers.credit import credit_of
from billing.customers.models import Customer
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import BillingError, Conflict
from billing.invoices.delete_customer import delete_customer
from billing.invoices.finalize import finalize_invoice
from billing.invoices.inputs import GenerateInvoice, PayInvoice
from billing.invoices.numbering import take_numbers
from billing.invoices.subscribe import generate_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.plans.models import Plan
from billing.runs.check import check_books
from billing.subscriptions.inputs import CancelSubscription
from billing.transactions import in_transaction
from tests.factories import create_customer, create_invoice, create_plan, create_subscription

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T | BillingError]:
    """Do all of it at the same moment; what each returned or was refused with."""
    start = Barrier(len(works))

    def attempt(work: Callable[[], T]) -> T | BillingError:
        start.wait()
        try:
            return work()
        except BillingError as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(attempt, works))


def test_eight_issue_forty_drafts_and_the_numbers_are_1_to_40(db: Database[Row]) -> None:
    customer = create_customer()
    drafts = [create_invoice(customer=customer, draft=True).id for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(finalize_invoice, drafts))
    numbers = sorted(row["number"] for row in db.invoices.find())
    assert [int(number[-6:]) for number in numbers] == list(range(1, 41))
    assert check_books() == []


def test_one_draft_issued_by_many_is_issued_once(db: Database[Row]) -> None:
    draft = create_invoice(draft=True).id
    results = at_once(*[lambda: finalize_invoice(draft)] * 6)
    assert sum(isinstance(result, BillingError) for result in results) == 5
    assert [row["last"] for row in db.counters.find()] == [1]
    assert db.events.count_documents({"type": "invoice.finalized"}) == 1


def test_a_bill_paid_by_many_is_paid_once(db: Database[Row]) -> None:
    invoice = create_invoice()
    results = at_once(*[lambda: pay_invoice(invoice.id)] * 6)
    assert sum(isinstance(result, Conflict) for result in results) == 5
    assert db.payments.count_documents({}) == 1
    assert check_books() == []


def test_parts_paid_by_many_pay_it_once_and_the_excess_is_credit(db: Database[Row]) -> None:
    invoice = create_invoice()
    results = at_once(*[lambda: pay_invoice(invoice.id, PayInvoice(amount=3000))] * 6)
    assert sum(not isinstance(result, BillingError) for result in results) == 4
    paid = db.invoices.find_one({"_id": invoice.id}) or {}
    assert (paid["status"], paid["amount_paid"]) == ("paid", 10000)
    assert credit_of(get_customer_row(invoice.customer_id)) == 2000


def test_a_period_billed_by_many_is_billed_once(db: Database[Row]) -> None:
    subscription = create_subscription()
    db.subscriptions.update_one(
        {"_id": subscription.id},
        {
            "$set": {"next_billing_date": subscription.start_date.isoformat()},
            "$unset": {"current_period_start": 1, "current_period_end": 1},
        },
    )
    for name in ("invoices", "events", "counters"):
        db[name].delete_many({})
    data = GenerateInvoice(subscription_id=subscription.id)
    results = at_once(*[lambda: generate_invoice(data)] * 6)
    assert sum(isinstance(result, Conflict) for result in results) == 5
    assert db.invoices.count_documents({}) == 1
    assert check_books() == []


def test_a_subscription_ended_by_many_ends_once(db: Database[Row]) -> None:
    subscription = create_subscription()
    now = CancelSubscription(when="now")
    results = at_once(*[lambda: cancel_subscription(subscription.id, now)] * 5)
    assert sum(isinstance(result, Conflict) for result in results) == 4
    assert db.events.count_documents({"type": "subscription.cancelled"}) == 1


def test_nobody_is_deleted_while_they_buy(db: Database[Row]) -> None:
    def buy(customer: Customer, plan: Plan) -> Any:
        return create_subscription(customer=customer, plan=plan, price=0)

    plan = create_plan()
    for _ in range(12):
        customer = create_customer()
        at_once(
            lambda c=customer: buy(c, plan),  # type: ignore[misc]
            lambda c=customer: delete_customer(c.id),  # type: ignore[misc]
        )
        row = db.customers.find_one({"_id": customer.id})
        assert row
        served = db.subscriptions.count_documents({"customer_id": customer.id})
        assert bool(row.get("deleted_at")) != bool(served)


def test_nobody_is_deleted_while_they_are_billed(db: Database[Row]) -> None:
    for _ in range(12):
        customer = create_customer()
        at_once(
            lambda c=customer: create_invoice(customer=c),  # type: ignore[misc]
            lambda c=customer: delete_customer(c.id),  # type: ignore[misc]
        )
        row = db.customers.find_one({"_id": customer.id})
        assert row
        owes = db.invoices.count_documents({"customer_id": customer.id})
        assert bool(row.get("deleted_at")) != bool(owes)


def test_a_number_taken_by_what_fails_is_given_to_the_next(db: Database[Row]) -> None:
    class Interrupted(Exception):
        pass

    def take_and_fail() -> None:
        assert take_numbers(["INV-2026", "INV-2026"]) == ["INV-2026-000001", "INV-2026-000002"]
        raise Interrupted

    for _ in range(2):
        with pytest.raises(Interrupted):
            in_transaction(take_and_fail)
    assert in_transaction(lambda: take_numbers(["INV-2026"])) == ["INV-2026-000001"]


def test_numbers_of_several_series_are_given_in_order(db: Database[Row]) -> None:
    wanted = ["A-2026", "B-2026", "A-2026", "A-2027"]
    assert take_numbers(wanted) == [
        "A-2026-000001", "B-2026-000001", "A-2026-000002", "A-2027-000001",
    ]  # fmt: skip
