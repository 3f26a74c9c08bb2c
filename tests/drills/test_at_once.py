"""Ten threads on one subscription: changes, cancellations, runs and payments at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Database, Row
from billing.errors import BillingError, Conflict
from billing.inputs import merge
from billing.invoices.inputs import PayInvoice
from billing.payments.pay_invoice import pay_invoice
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange, as_input
from billing.subscriptions.queries import get_subscription
from tests.factories import create_plan, create_subscription

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 15, 12, tzinfo=UTC)  # a period has begun that is not billed yet
THREADS = 10


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each gave or raised; all begin at the same moment."""
    barrier = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        barrier.wait()
        with clock.frozen(LATER):
            try:
                return work()
            except BillingError as error:
                return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


@pytest.mark.parametrize("attempt", range(5))
def test_everything_at_once_leaves_the_books_in_order(db: Database[Row], attempt: int) -> None:
    with clock.frozen(START):
        plan = create_plan(price=700, pricing_model="per_unit")
        subscription = create_subscription(plan=plan, quantity=3)
    (first,) = db.invoices.find()
    seen = get_subscription(subscription.id)
    wanted = merge(SubscriptionChange, as_input(seen), {"quantity": 5})
    works: list[Callable[[], Any]] = [
        lambda: update_subscription(subscription.id, wanted, seen.revision),
        lambda: update_subscription(subscription.id, wanted, seen.revision),
        lambda: cancel_subscription(subscription.id, CancelSubscription(when="now")),
        lambda: cancel_subscription(subscription.id, CancelSubscription()),
        lambda: pause_subscription(subscription.id),
        lambda: resume_subscription(subscription.id),
        run_billing,
        run_billing,
        lambda: pay_invoice(first["_id"], PayInvoice()),
        lambda: pay_invoice(first["_id"], PayInvoice()),
    ]
    assert len(works) == THREADS
    results = at_once(works)
    losers = [result for result in results if isinstance(result, BillingError)]
    assert losers
    assert all(isinstance(loser, Conflict) for loser in losers), losers
    assert sum(isinstance(result, Conflict) for result in results[8:]) == 1
    assert get_subscription(subscription.id).status == "cancelled"
    assert check_books() == []
