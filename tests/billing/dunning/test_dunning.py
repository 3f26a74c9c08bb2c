"""Reminding: each step once, whoever runs it; a payment at any time ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.customers.models import Customer
from billing.database import Database, Row
from billing.dunning.due import due_reminders
from billing.dunning.run_dunning import Dunned, run_dunning
from billing.dunning.take_step import take_step
from billing.invoices.inputs import PayInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice, latest_invoice_ids
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.errors import ProviderNotAvailable
from billing.payments.pay_invoice import pay_invoice
from billing.payments.providers.fake import FakeProvider
from billing.payments.queries import payments_of
from billing.payments.receive_report import receive_report
from billing.payments.settle_pending import settle_pending
from billing.payments.source import PaymentSource, set_payment_source
from billing.subscriptions.inputs import CancelSubscription
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import get_subscription
from tests.billing.invoices.test_concurrency import at_once
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_subscription,
    create_test_clock,
)

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
DUE = date(2026, 1, 15)


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.frozen(START):
        yield


def run(day: date, **values: Any) -> Dunned:
    """The dunning run of a day, on that day."""
    with clock.frozen(datetime.combine(day, START.timetz())):
        return run_dunning(**values)


def after(days: int) -> date:
    """So many days after the due date."""
    return DUE + timedelta(days=days)


def owing(token: str | None = None, **values: Any) -> tuple[Subscription, Invoice]:
    """A subscription whose first invoice is due on DUE; charged to `token` if there is one."""
    customer = values.pop("customer", None) or create_customer()
    if token:
        set_payment_source(customer.id, PaymentSource(token=token))
    subscription = create_subscription(customer=customer, **values)
    return subscription, newest(subscription)


def newest(subscription: Subscription) -> Invoice:
    return get_invoice(latest_invoice_ids([subscription.id])[subscription.id])


def status(subscription: Subscription) -> str:
    return str(get_subscription(subscription.id).status)


def rules(db: Database[Row], days: list[int], final_action: str) -> None:
    """What the settings say of dunning."""
    dunning = {"days": days, "final_action": final_action}
    db.settings.update_one({"_id": "seller"}, {"$set": {"dunning": dunning}}, upsert=True)


def reasons(db: Database[Row], invoice: Invoice) -> list[str]:
    """What the audit trail says of the invoice's reminders."""
    types = {"$in": ["invoice.reminded", "invoice.dunning_ended"]}
    found = db.events.find({"object_id": invoice.id, "type": types}).sort("_id")
    return [event["reason"] for event in found]


def test_nothing_is_said_before_the_due_date(db: Database[Row]) -> None:
    _, invoice = owing()
    assert run(after(-1)) == Dunned()
    assert get_invoice(invoice.id).dunning == {}


def test_the_usual_course_ends_in_unpaid(db: Database[Row]) -> None:
    subscription, invoice = owing()
    for day in range(20):
        run(after(day))
        expected = "past_due" if day < 14 else "unpaid"
        assert status(subscription) == expected
    assert reasons(db, invoice) == [
        "Reminder 1 of 4",
        "Reminder 2 of 4",
        "Reminder 3 of 4",
        "Reminder 4 of 4",
        "Final action: unpaid",
    ]
    found = get_invoice(invoice.id)
    last = after(14).isoformat()
    assert found.dunning == {"step": 4, "next_date": None, "ended": True, "last_date": last}
    assert (found.status, found.amount_due) == ("open", 4900)


def test_each_step_is_taken_on_its_day_and_says_when_the_next_is(db: Database[Row]) -> None:
    _, invoice = owing()
    run(after(0))
    assert get_invoice(invoice.id).dunning == {
        "step": 1,
        "next_date": after(3).isoformat(),
        "ended": False,
        "last_date": after(0).isoformat(),
    }
    assert run(after(0)) == run(after(2)) == Dunned()
    assert run(after(3)).reminded == 1


def test_who_was_forgotten_for_months_hears_first_and_is_given_time(db: Database[Row]) -> None:
    subscription, invoice = owing()
    assert run(after(100)).reminded == 1
    assert run(after(102)) == Dunned()
    assert run(after(103)).reminded == 1
    assert run(after(107)).reminded == 1
    assert status(subscription) == "past_due"
    assert run(after(114)) == Dunned(reminded=1, ended=1)
    assert status(subscription) == "unpaid"
    assert len(reasons(db, invoice)) == 5


def test_the_final_action_may_be_to_cancel(db: Database[Row]) -> None:
    rules(db, [1, 2], "cancel")
    subscription, invoice = owing()
    run(after(1))
    assert status(subscription) == "past_due"
    run(after(2))
    found = get_subscription(subscription.id)
    assert (found.status, found.end_date) == ("cancelled", after(2))
    assert found.cancellation_reason == f"{invoice.number} was not paid."
    assert get_invoice(invoice.id).status == "open"


def test_the_final_action_may_be_to_leave_it(db: Database[Row]) -> None:
    rules(db, [0], "leave")
    subscription, _ = owing()
    assert run(after(0)) == Dunned(reminded=1, ended=1)
    assert status(subscription) == "past_due"
    assert run(after(1)) == Dunned()


def test_without_a_schedule_nobody_is_reminded(db: Database[Row]) -> None:
    rules(db, [], "cancel")
    owing()
    assert run(after(400)) == Dunned()


@pytest.mark.parametrize("day", [0, 5, 14])
def test_a_payment_at_any_time_ends_it_and_restores_the_subscription(
    db: Database[Row], day: int
) -> None:
    subscription, invoice = owing()
    for each in range(day + 1):
        run(after(each))
    pay_invoice(invoice.id, PayInvoice(amount=4000))
    assert status(subscription) in {"past_due", "unpaid"}
    paid = pay_invoice(invoice.id)
    assert status(subscription) == "active"
    assert (paid.dunning["ended"], paid.dunning["next_date"]) == (True, None)
    assert run(after(15)) == Dunned()


def test_what_else_is_overdue_keeps_the_subscription_past_due(db: Database[Row]) -> None:
    subscription, first = owing(start_date="2025-12-01")
    second = newest(subscription)
    older = next(row["_id"] for row in db.invoices.find({"_id": {"$ne": second.id}}))
    run(after(0))
    with clock.frozen(datetime.combine(after(1), START.timetz())):
        pay_invoice(older)
        assert status(subscription) == "past_due"
        pay_invoice(second.id)
    assert status(subscription) == "active"
    assert first.id == second.id


def test_whatever_lay_between_an_unpaid_invoice_still_ends_in_unpaid(db: Database[Row]) -> None:
    subscription, _ = owing(start_date="2025-12-01")
    older = next(db.invoices.find().sort("_id", 1))["_id"]
    run(after(0))
    with clock.frozen(datetime.combine(after(0), START.timetz())):
        pay_invoice(older)  # the other one is due today, so nothing is overdue
    assert status(subscription) == "active"
    for day in range(1, 15):
        run(after(day))
    assert status(subscription) == "unpaid"


def test_a_credit_note_and_voiding_end_it_too(db: Database[Row]) -> None:
    for settle in (lambda i: create_credit_note(invoice=i), lambda i: void_invoice(i.id)):
        subscription, invoice = owing()
        run(after(0))
        settle(get_invoice(invoice.id))
        assert status(subscription) == "active"
        assert get_invoice(invoice.id).dunning["ended"]


def test_giving_an_invoice_up_ends_the_reminders_only(db: Database[Row]) -> None:
    subscription, invoice = owing()
    run(after(0))
    assert mark_uncollectible(invoice.id).dunning["ended"]
    assert status(subscription) == "past_due"
    assert run(after(14)) == Dunned()
    pay_invoice(invoice.id)
    assert status(subscription) == "active"


def test_a_one_off_invoice_is_reminded_of_too(db: Database[Row]) -> None:
    invoice = create_invoice()
    for day in range(15):
        run(after(day))
    assert len(reasons(db, invoice)) == 5


def test_an_ended_subscription_stays_ended(db: Database[Row]) -> None:
    rules(db, [0], "cancel")
    subscription, invoice = owing()
    cancel_subscription(subscription.id, CancelSubscription(when="now"))
    assert run(after(0)).ended == 1
    pay_invoice(invoice.id)
    assert status(subscription) == "cancelled"


def test_a_standing_source_is_charged_at_each_step(db: Database[Row]) -> None:
    subscription, invoice = owing("fake_decline")
    assert run(after(0)) == Dunned(reminded=1, charged=1)
    set_payment_source(invoice.customer_id, PaymentSource(token="fake_ok"))
    assert run(after(3)) == Dunned(reminded=1, charged=1, recovered=1)
    assert [row["status"] for row in payments_of(invoice.id)] == ["failed", "succeeded"]
    assert (get_invoice(invoice.id).status, status(subscription)) == ("paid", "active")


def test_nobody_is_cancelled_while_their_money_is_on_its_way(db: Database[Row]) -> None:
    rules(db, [0], "cancel")
    subscription, invoice = owing("fake_late")
    assert run(after(0)) == Dunned(reminded=1, charged=1)
    assert status(subscription) == "past_due"
    (payment,) = payments_of(invoice.id)
    receive_report("fake", *FakeProvider().report(payment["_id"]))
    assert status(subscription) == "active"
    assert run(after(1)) == Dunned()


def test_a_run_that_died_before_it_asked_is_made_up_for(db: Database[Row]) -> None:
    subscription, invoice = owing("fake_ok")
    with clock.frozen(datetime.combine(after(0), START.timetz())):
        step = take_step(invoice.id)  # and here the process ends
    assert step
    assert step.payment
    assert payments_of(invoice.id)[0]["status"] == "pending"
    run(after(1))
    assert (get_invoice(invoice.id).status, status(subscription)) == ("paid", "active")
    assert len(reasons(db, invoice)) == 1


def test_a_source_that_cannot_be_used_is_not_kept(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, invoice = owing("fake_ok")
    monkeypatch.setenv("DUEBILL_ENV", "production")
    with pytest.raises(ProviderNotAvailable):
        set_payment_source(invoice.customer_id, PaymentSource(token="fake_ok"))
    assert run(after(0)) == Dunned(reminded=1)
    assert set_payment_source(invoice.customer_id, None).payment_source == {}
    assert status(subscription) == "past_due"


def test_four_runs_at_once_take_each_step_once(db: Database[Row]) -> None:
    owed = [owing("fake_decline")[1] for _ in range(5)]
    as_of = after(0)
    done = at_once(*[lambda: run_dunning(as_of)] * 4)
    assert sum(each.reminded for each in done if isinstance(each, Dunned)) == 5
    assert db.events.count_documents({"type": "invoice.reminded"}) == 5
    assert all(len(payments_of(invoice.id)) == 1 for invoice in owed)


def test_reminding_and_paying_at_once_end_in_a_paid_invoice(db: Database[Row]) -> None:
    for _ in range(5):
        subscription, invoice = owing()
        at_once(
            lambda i=invoice: take_step(i.id, after(0)),  # type: ignore[misc]
            lambda i=invoice: pay_invoice(i.id),  # type: ignore[misc]
        )
        found = get_invoice(invoice.id)
        assert (found.status, status(subscription)) == ("paid", "active")
        assert found.dunning == {} or found.dunning["ended"]
    assert run(after(1)) == Dunned()


def test_each_customers_own_today_decides(db: Database[Row]) -> None:
    def living(zone: str) -> Customer:
        return create_customer(preferences={"timezone": zone})

    east = owing(customer=living("Pacific/Kiritimati"))[1]
    west = owing(customer=living("Pacific/Pago_Pago"))[1]
    with clock.frozen(datetime(2026, 1, 15, 10, 30, tzinfo=UTC)):
        assert run_dunning().reminded == 1
    assert get_invoice(east.id).dunning["step"] == 1
    assert get_invoice(west.id).dunning == {}


def test_who_lives_on_a_test_clock_is_reminded_by_it_alone(db: Database[Row]) -> None:
    there = create_test_clock(now="2026-01-15")
    _, fake = owing(customer=create_customer(test_clock_id=there.id))
    _, real = owing()
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        assert [row["_id"] for row in due_reminders()] == [real.id]
        assert run_dunning().reminded == 1
        assert [row["_id"] for row in due_reminders(None, there.id)] == [fake.id]
    assert get_invoice(fake.id).dunning == {}
    february = datetime(2026, 2, 1, tzinfo=UTC)
    db.test_clocks.update_one({"_id": there.id}, {"$set": {"now": february}})
    with clock.frozen(february):
        assert run_dunning(None, there.id).reminded == 1


def test_one_odd_invoice_stops_nobody(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    _, odd = owing()
    _, fine = owing()
    db.customers.delete_one({"_id": odd.customer_id})
    done = run(after(0))
    assert done.reminded == 1
    assert [skip["invoice_id"] for skip in done.skipped] == [odd.id]
    assert get_invoice(fine.id).dunning["step"] == 1


def test_the_walk_follows_indexes(db: Database[Row]) -> None:
    for day in (0, 3):
        owing()
        run(after(day))
    db.command("profile", 2)
    try:
        assert len(list(due_reminders(after(30)))) == 2
        assert settle_pending() == 0
        plans = [row.get("planSummary", "") for row in db["system.profile"].find({"op": "query"})]
    finally:
        db.command("profile", 0)
        db.drop_collection("system.profile")
    assert any("dunning.next_date" in plan for plan in plans)
    assert any("due_date" in plan for plan in plans)
    assert not any("COLLSCAN" in plan for plan in plans)
