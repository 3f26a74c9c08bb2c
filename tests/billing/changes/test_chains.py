"""Whatever is done to a subscription, in whatever order: each day is billed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing import clock
from billing.changes.cancel import cancel_subscription, keep_subscription
from billing.changes.change import revoke_pending_change, update_subscription
from billing.changes.pause import pause_subscription, resume_subscription
from billing.changes.preview import preview_next_invoice
from billing.database import Database, Row, database
from billing.errors import BillingError
from billing.inputs import merge
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing
from billing.subscriptions.inputs import (
    CancelSubscription,
    PauseSubscription,
    ResumeSubscription,
    SubscriptionChange,
    as_input,
)
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.emptying import empty
from tests.factories import create_customer, create_plan, create_subscription
from tests.foreseeing import as_done

STARTS = [  # a month's end, a leap day, the days before clocks go forward and back
    date(2027, 1, 31),
    date(2028, 2, 29),
    date(2026, 3, 28),
    date(2026, 10, 24),
]
ZONES = ["UTC", "Etc/GMT+12", "Pacific/Kiritimati", "America/New_York", "Europe/Berlin"]

steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "run",
                "seats",
                "plan",
                "cycle",
                "price",
                "pause",
                "resume",
                "ending",
                "keep",
                "revoke",
            ]
        ),
        st.integers(0, 40),  # days until then
        st.integers(1, 9),
        st.sampled_from(["create_prorations", "always_invoice"]),
        st.sampled_from(["now", "now", "period_end"]),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    chain=steps,
    start=st.sampled_from(STARTS),
    zone=st.sampled_from(ZONES),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    trial=st.sampled_from([0, 0, 10]),
    anchor=st.sampled_from([None, 1, 15, 31]),
    credit=st.booleans(),
)
def test_any_chain_of_changes_bills_each_day_once(
    db: Database[Row],
    chain: list[Any],
    start: date,
    zone: str,
    currency: str,
    trial: int,
    anchor: int | None,
    credit: bool,
) -> None:
    empty(db)
    plans = _plans(currency)
    customer = create_customer(preferences={"timezone": zone})
    day = start
    with clock.frozen(_noon(day)):
        subscription = create_subscription(
            customer=customer,
            plan=plans["plan"],
            quantity=3,
            trial_days=trial,
            billing_anchor={"day": anchor} if anchor else None,
        )
    for what, days, number, behavior, effective in chain:
        day += timedelta(days=days)
        with clock.frozen(_noon(day)):
            _do(subscription, plans, what, number, behavior, effective)
    day += timedelta(days=3)
    with clock.frozen(_noon(day)):
        run_billing()
        if get_subscription(subscription.id).is_live:
            how = CancelSubscription(when="now", proration="credit" if credit else "none")
            _as_foreseen(lambda: cancel_subscription(subscription.id, how), subscription.id)
        assert check_books() == []
    _check_days(db, subscription.id)


def _plans(currency: str) -> dict[str, Any]:
    per_unit = {"pricing_model": "per_unit", "currency": currency}
    return {
        "plan": create_plan(name="Monthly", price=3100, **per_unit),
        "other": create_plan(name="Dearer", price=4700, **per_unit),
        "yearly": create_plan(name="Yearly", price=30000, billing_cycle="yearly", **per_unit),
        "weekly": create_plan(name="Weekly", price=900, billing_cycle="weekly", **per_unit),
    }


def _do(
    subscription: Subscription,
    plans: dict[str, Any],
    what: str,
    number: int,
    behavior: str,
    effective: str,
) -> None:
    """One step; a refusal is one of the answers, and changes nothing."""
    how = {"proration_behavior": behavior, "effective": effective}
    other = ["plan", "other"][number % 2]
    cycle = ["plan", "yearly", "weekly"][number % 3]
    changes: dict[str, dict[str, Any]] = {
        "seats": {"quantity": number},
        "price": {"price": number * 1000 + 1},
        "plan": {"plan_id": plans[other].id},
        "cycle": {"plan_id": plans[cycle].id},
    }
    try:
        if what in changes:
            current = as_input(get_subscription(subscription.id))
            data = merge(SubscriptionChange, current, changes[what] | how)
            _as_foreseen(lambda: update_subscription(subscription.id, data), subscription.id)
        elif what == "pause":
            _as_foreseen(
                lambda: pause_subscription(subscription.id, PauseSubscription()), subscription.id
            )
        elif what == "resume":
            _as_foreseen(
                lambda: resume_subscription(subscription.id, ResumeSubscription()), subscription.id
            )
        elif what == "ending":
            cancel_subscription(subscription.id, CancelSubscription())
        elif what == "keep":
            keep_subscription(subscription.id)
        elif what == "revoke":
            revoke_pending_change(subscription.id)
        else:
            run_billing()
    except BillingError:
        pass


def _as_foreseen(change: Callable[[], Subscription], subscription_id: str) -> None:
    """Do it, and hold that it does what its preview said; the preview writes nothing."""
    before = _totals()
    foreseen = as_done(change, subscription_id)
    assert _totals() == before
    change()
    assert _totals()[len(before) :] == [row["total"] for row in foreseen.invoices]
    waiting = database().pending_items.find({"waiting": True}).sort("_id", 1)
    assert [item["line"]["amount"] for item in waiting] == [
        line["amount"] for line in foreseen.waiting
    ]
    following = preview_next_invoice(subscription_id)
    assert (following or {}).get("total") == (foreseen.next_invoice or {}).get("total")


def _totals() -> list[int]:
    return [row["total"] for row in database().invoices.find().sort("_id", 1)]


def _check_days(db: Database[Row], subscription_id: str) -> None:
    row = db.subscriptions.find_one({"_id": subscription_id}) or {}
    billed: Counter[date] = Counter()
    lines = [line for invoice in db.invoices.find() for line in invoice["line_items"]]
    lines += [item["line"] for item in db.pending_items.find({"waiting": True})]
    for line in lines:
        sign = -1 if line["kind"] == "proration_credit" else 1
        for day in _days(line["period_start"], line["period_end"]):
            billed[day] += sign
    assert set(billed.values()) <= {0, 1}, {d.isoformat(): n for d, n in billed.items()}
    served = set(_days(row.get("trial_end_date") or row["start_date"], row["end_date"]))
    for pause in row.get("pauses") or []:
        served -= set(_days(pause["from"], pause["to"] or "2999-01-01"))
    assert {d for d, n in billed.items() if n} >= served
    unserved = {d for d, n in billed.items() if n} - served
    # What was paid for and not given back is the rest of the last period, never a day before.
    assert all(d.isoformat() >= row["end_date"] for d in unserved)


def _days(start: str, end: str) -> list[date]:
    first = date.fromisoformat(start)
    return [first + timedelta(days=n) for n in range((date.fromisoformat(end) - first).days)]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
