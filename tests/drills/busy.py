"""A process that does all that can be done to a business, at random, until it is killed.

    python -m tests.drills.busy MONGODB_URI

It reads lines `SEED ISO-DATE` and forks a child for each, which connects for itself. The child
writes `pid N` and then a line for each operation that was acknowledged: what must not be lost.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from billing import clock, database
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.errors import BillingError
from billing.inputs import merge
from billing.invoices.inputs import PayInvoice
from billing.invoices.subscribe import create_subscription
from billing.invoices.void import void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import (
    CancelSubscription,
    SubscriptionChange,
    SubscriptionInput,
    as_input,
)
from billing.subscriptions.queries import get_subscription
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage


class Busy:
    """One child with its own dice; `tell` acknowledges."""

    def __init__(self, seed: int, tell: Callable[[str], None]) -> None:
        self._dice, self._seed, self._tell, self._count = random.Random(seed), seed, tell, 0

    def go_on(self) -> None:
        """One operation after another, for ever. A refusal changes nothing and is no news."""
        doings = [
            *[self.change] * 4,
            *[self.pay] * 4,
            *[self.use] * 3,
            self.subscribe,
            self.cancel,
            self.keep,
            self.pause,
            self.resume,
            self.void,
            self.run,
        ]
        while True:
            self._count += 1
            try:
                self._dice.choice(doings)()
            except BillingError:
                continue

    def change(self) -> None:
        subscription_id = self._any("subscriptions")
        values = {
            "quantity": self._dice.randint(1, 9),
            "proration_behavior": self._dice.choice(["create_prorations", "always_invoice"]),
            "effective": self._dice.choice(["now", "now", "period_end"]),
        }
        if self._dice.random() < 0.3:
            values["plan_id"] = self._any("plans")
        current = as_input(get_subscription(subscription_id))
        update_subscription(subscription_id, merge(SubscriptionChange, current, values))

    def pay(self) -> None:
        invoice_id = self._any("invoices", status="open")
        reference = f"{self._seed}-{self._count}"
        pay_invoice(invoice_id, PayInvoice(reference=reference))
        self._tell(f"paid {reference}")

    def use(self) -> None:
        key = f"{self._seed}-{self._count}"
        event = UsageEventInput(
            subscription_id=self._any("subscriptions"),
            meter="calls",
            value=self._dice.randint(1, 500),
            occurred_at=clock.now(),
            idempotency_key=key,
        )
        for _ in range(2):  # a sender that did not hear the first answer
            record_usage([event])
        self._tell(f"used {key}")

    def subscribe(self) -> None:
        data = SubscriptionInput(
            customer_id=self._any("customers"),
            plan_id=self._any("plans"),
            quantity=self._dice.randint(1, 5),
        )
        self._tell(f"subscribed {create_subscription(data).id}")

    def cancel(self) -> None:
        how = CancelSubscription(
            when=self._dice.choice(["now", "period_end"]),
            proration=self._dice.choice(["credit", "none"]),
        )
        cancel_subscription(self._any("subscriptions"), how)

    def keep(self) -> None:
        keep_subscription(self._any("subscriptions"))

    def pause(self) -> None:
        pause_subscription(self._any("subscriptions"))

    def resume(self) -> None:
        resume_subscription(self._any("subscriptions", status="paused"))

    def void(self) -> None:
        void_invoice(self._any("invoices", status="open"))

    def run(self) -> None:
        self._tell(f"ran {run_billing().id}")

    def _any(self, collection: str, **where: str) -> str:
        ids = [row["_id"] for row in database.database()[collection].find(where, {"_id": 1})]
        if not ids:
            raise BillingError("There is none.")
        return str(self._dice.choice(ids))


def main(uri: str) -> None:
    for line in sys.stdin:
        seed, day = line.split()
        if os.fork() == 0:
            _say(f"pid {os.getpid()}")
            database.connect(uri)
            noon = datetime.combine(date.fromisoformat(day), time(12), tzinfo=UTC)
            with clock.frozen(noon):
                Busy(int(seed), _say).go_on()


def _say(text: str) -> None:
    """In one write, so that a kill leaves a line whole or none of it."""
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
