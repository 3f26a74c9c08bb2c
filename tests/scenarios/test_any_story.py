"""Stories that nobody wrote: changes, pauses and cancellations in any order, at any distance.

Whatever happens, every day of service is billed once at what it was worth that day, every event
of usage once, and the check of the books finds nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import revoke_pending_change, update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.database import Database, Row
from billing.errors import BillingError
from billing.inputs import parse
from billing.periods import Schedule
from billing.runs.check import check_books
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    ResumeSubscription,
    SubscriptionChange,
)
from billing.test_clocks.advance import advance_clock
from billing.test_clocks.inputs import AdvanceClock
from billing.usage.inputs import UsageEventInput
from billing.usage.record_usage import record_usage
from tests.factories import (
    create_customer,
    create_meter,
    create_plan,
    create_subscription,
    create_test_clock,
)
from tests.foreseeing import as_done

PLANS = [
    {"billing_cycle": "monthly", "price": 3000},
    {"billing_cycle": "monthly", "price": 7700},
    {"billing_cycle": "monthly", "price": 5555, "interval_count": 2},
    {"billing_cycle": "weekly", "price": 1234, "interval_count": 2},
    {"billing_cycle": "quarterly", "price": 9999},
    {"billing_cycle": "yearly", "price": 36500},
]
CALLS = {"key": "calls", "name": "Calls", "pricing_model": "per_unit", "unit_amount": 1}
ZONES = ["UTC", "Europe/Berlin", "Pacific/Pago_Pago", "Pacific/Kiritimati"]
PAUSES = [0, 0, 1, 3, 10, 25, 40]  # days between one thing and the next


class Life:
    """A subscription to which anything happens, and what its days were worth."""

    def __init__(self, db: Database[Row], seed: int) -> None:
        self._db, self._chance = db, random.Random(seed)
        # Nobody pays: without reminders that changes nothing.
        silent = {"days": [], "final_action": "leave"}
        db.settings.insert_one({"_id": "seller", "dunning": silent})
        create_meter(key="calls")
        charges = [{**CALLS, "meter": "calls"}]
        self._plans = [
            create_plan(pricing_model="per_unit", charges=charges, **plan) for plan in PLANS
        ]
        self._day = date(2027, 1, 1) + timedelta(days=self._chance.randrange(365))
        self._clock_id = create_test_clock(now=f"{self._day}T12:00:00Z").id
        self._id = self._subscribe()
        self.worth: dict[date, Fraction] = {}
        self.log: list[str] = []

    def _subscribe(self) -> str:
        chance = self._chance
        preferences = {"timezone": chance.choice(ZONES)}
        customer = create_customer(test_clock_id=self._clock_id, preferences=preferences)
        values = {"quantity": chance.randint(1, 5), "trial_days": chance.choice([0, 0, 9, 40])}
        plan = chance.choice(self._plans)
        subscription = create_subscription(customer=customer, plan=plan, **values)
        self._day = subscription.start_date
        return subscription.id

    @property
    def row(self) -> Row:
        return self._db.subscriptions.find_one({"_id": self._id}) or {}

    def live(self, days: int) -> None:
        """Let days go by, and note what each was worth on the terms that it ended on."""
        for _ in range(days):
            self._use()
            row = self.row
            if row["status"] == "active":
                self.worth[self._day] = self._rate(row)
            self._day += timedelta(days=1)
            stands = (self._db.test_clocks.find_one() or {})["now"]
            advance_clock(self._clock_id, AdvanceClock(to=stands + timedelta(days=1)))

    def _rate(self, row: Row) -> Fraction:
        """A day's share of what the period that it lies in costs."""
        plan = next(plan for plan in self._plans if plan.id == row["plan_id"])
        anchor = date.fromisoformat(row["billing_anchor"])
        schedule = Schedule(anchor, plan.billing_cycle, plan.interval_count)
        return Fraction(plan.price * row["quantity"], schedule.period_at(self._day).days)

    def _use(self) -> None:
        if self._chance.random() > 0.15:
            return
        stands = (self._db.test_clocks.find_one() or {})["now"]
        event = UsageEventInput(
            subscription_id=self._id,
            meter="calls",
            value=self._chance.randint(1, 900),
            occurred_at=stands - timedelta(days=self._chance.choice([0, 0, 2, 9])),
            idempotency_key=str(self._chance.random()),
        )
        self._do("use", lambda: record_usage([event]))

    def happen(self) -> None:
        """One thing or another; what is refused changes nothing."""
        chance, day = self._chance, self._day
        later = day + timedelta(days=chance.randint(1, 40))
        pause = PauseSubscription(
            starts_on=chance.choice([None, later]),
            resumes_on=chance.choice([None, later + timedelta(days=chance.randint(1, 60))]),
        )
        change = self._change()
        resume = ResumeSubscription(resumes_on=chance.choice([None, None, later]))
        things: list[tuple[str, Callable[[], Any]]] = [
            ("change", lambda: update_subscription(self._id, change)),
            ("change", lambda: update_subscription(self._id, change)),
            ("pause", lambda: pause_subscription(self._id, pause)),
            ("resume", lambda: resume_subscription(self._id, resume)),
            ("revoke", lambda: revoke_pending_change(self._id)),
            ("cancel at the end", lambda: cancel_subscription(self._id, CancelSubscription())),
            ("keep", lambda: keep_subscription(self._id)),
        ]
        self._do(*chance.choice(things))

    def _change(self) -> SubscriptionChange:
        chance = self._chance
        plan_id = chance.choice([self.row["plan_id"], chance.choice(self._plans).id])
        values = {
            "plan_id": plan_id,
            "quantity": chance.randint(1, 6),
            "proration_behavior": chance.choice(["create_prorations", "always_invoice"]),
            "effective": chance.choice(["now", "now", "period_end"]),
        }
        return parse(SubscriptionChange, values)

    def end(self) -> None:
        """Cancelled with credit, unless it has ended before."""
        how = CancelSubscription(when="now", proration="credit")
        self._do("cancel", lambda: cancel_subscription(self._id, how))

    def _do(self, what: str, act: Callable[[], Any]) -> None:
        try:
            if what != "use":
                as_done(act, self._id)
            act()
            self.log.append(f"{self._day} {what}")
        except BillingError as error:
            self.log.append(f"{self._day} {what}: {error.code}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_every_day_and_every_event_is_billed_once(db: Database[Row], seed: int) -> None:
    life, chance = Life(db, seed), random.Random(seed)
    for _ in range(chance.randint(2, 9)):
        life.live(chance.choice(PAUSES))
        life.happen()
    life.live(chance.choice([0, 5, 20]))
    life.end()
    story = "\n".join(life.log)

    lines = [line for invoice in db.invoices.find() for line in invoice["line_items"]]
    fixed = [line["amount"] for line in lines if line["kind"] != "usage"]
    rounding = Fraction(len(fixed) + 1, 2)
    assert abs(sum(fixed) - sum(life.worth.values())) <= rounding, story

    used = [
        int(row["value"].to_decimal()) for row in db.usage_events.find({"counts_on": {"$gt": ""}})
    ]
    assert sum(int(line["quantity"]) for line in lines if line["kind"] == "usage") == sum(used), (
        story
    )
    assert db.pending_items.count_documents({"waiting": True}) == 0, story
    assert check_books() == [], story
