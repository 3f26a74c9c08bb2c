"""The invoice that comes next, over days on which nothing is billed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing import clock
from billing.changes.pause import pause_subscription
from billing.changes.preview import preview_change, preview_next_invoice
from billing.customers.inputs import as_input
from billing.customers.save_customer import update_customer
from billing.database import database
from billing.invoices.inputs import GenerateInvoice
from billing.invoices.subscribe import generate_invoice
from billing.subscriptions.inputs import PauseSubscription
from tests.factories import create_customer, create_plan, create_subscription

pytestmark = pytest.mark.usefixtures("db")


def test_the_credit_of_a_pause_to_come_is_on_the_invoice_after_it() -> None:
    plan = create_plan(price=3000, billing_cycle="daily", interval_count=30)
    subscription = create_subscription(plan=plan)
    starts, resumes = (clock.today() + timedelta(days=days) for days in (15, 18))
    pause = PauseSubscription(starts_on=starts, resumes_on=resumes)
    foreseen = preview_change(lambda: pause_subscription(subscription.id, pause)).next_invoice
    assert foreseen is not None
    assert [line["amount"] for line in foreseen["line_items"]] == [-1500, 3000]
    pause_subscription(subscription.id, pause)
    assert preview_next_invoice(subscription.id)["total"] == 1500  # type: ignore[index]
    with clock.frozen(clock.now() + timedelta(days=18)):
        billed = generate_invoice(GenerateInvoice(subscription_id=subscription.id))
    assert (billed.total, billed.issue_date) == (1500, resumes)


def test_looking_ahead_writes_nothing() -> None:
    subscription = create_subscription()
    before = database().subscriptions.find_one({"_id": subscription.id})
    found = preview_next_invoice(subscription.id)
    assert found is not None
    assert (found["total"], found.get("number")) == (4900, None)
    assert database().subscriptions.find_one({"_id": subscription.id}) == before
    assert database().invoices.count_documents({}) == 1


def test_there_is_none_while_the_customer_is_suspended() -> None:
    customer = create_customer()
    subscription = create_subscription(customer=customer)
    suspended = as_input(customer).model_copy(update={"status": "suspended"})
    update_customer(customer.id, suspended)
    assert preview_next_invoice(subscription.id) is None
