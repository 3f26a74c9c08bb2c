"""The dunning board: columns add up to what is overdue; pauses, steps now, once a day."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from billing import clock
from billing.database import Database, Row
from billing.dunning import daily
from billing.dunning.board import Column, dunning_board, list_column
from billing.dunning.columns import ENDED, NEW, PAUSED
from billing.dunning.daily import DailyDunning
from billing.dunning.errors import (
    DunningNotPaused,
    DunningNotPossible,
    DunningPauseNotPossible,
)
from billing.dunning.inputs import PauseDunning
from billing.dunning.pause import pause_dunning, resume_dunning
from billing.dunning.run_dunning import run_dunning
from billing.dunning.runs import carry_out_dunning, last_dunning_run, start_dunning_run
from billing.dunning.step_now import preview_step, take_step_now
from billing.dunning.take_step import take_step
from billing.errors import Invalid, StaleRevision
from billing.invoices.inputs import PayInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice, latest_invoice_ids
from billing.payments.pay_invoice import pay_invoice
from billing.payments.source import PaymentSource, set_payment_source
from billing.subscriptions.queries import get_subscription
from tests.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_test_clock,
)

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
DUE = date(2026, 1, 15)


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.frozen(START):
        yield


def on(day: date) -> object:
    return clock.frozen(datetime.combine(day, START.timetz()))


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def owing() -> Invoice:
    found = create_subscription()
    return get_invoice(latest_invoice_ids([found.id])[found.id])


def until(day: date) -> PauseDunning:
    return PauseDunning(until=day, reason="They promised to pay")


def board() -> dict[str, Column]:
    return {column.key: column for column in dunning_board()}


def test_each_overdue_invoice_is_in_one_column_and_the_sums_add_up(db: Database[Row]) -> None:
    invoices = [owing() for _ in range(6)]
    euro = create_invoice(customer=create_customer(preferences={"currency": "EUR"}))
    made_up = create_customer(test_clock_id=create_test_clock(now="2026-01-01").id)
    create_invoice(customer=made_up)
    pay_invoice(owing().id, PayInvoice())
    with on(after(1)):
        for invoice in invoices[:3]:
            take_step(invoice.id)
        pause_dunning(invoices[1].id, until(after(9)))
        pause_dunning(invoices[5].id, until(after(9)))
    with on(after(4)):
        take_step(invoices[2].id)
        columns = board()
        keys = ["new", "1", "2", "3", "4", "ended", "paused"]
        assert list(columns) == keys
        found = {key: {row["_id"] for row in columns[key].items} for key in keys}
        assert found == {
            NEW: {invoices[3].id, invoices[4].id, euro.id},
            "1": {invoices[0].id},
            "2": {invoices[2].id},
            PAUSED: {invoices[1].id, invoices[5].id},
            **{key: set() for key in ("3", "4", ENDED)},
        }
        assert [columns[key].count for key in keys] == [len(found[key]) for key in keys]
        assert columns[NEW].sums == [("EUR", euro.amount_due), ("USD", 2 * 4900)]
        for key in keys:
            listed = [row["_id"] for row in list_column(column=key).items]
            assert set(listed) == found[key], key


def test_a_column_is_read_page_by_page(db: Database[Row]) -> None:
    invoices = {owing().id for _ in range(5)}
    seen: list[str] = []
    with on(after(2)):
        cursor = None
        while True:
            page = list_column(column=NEW, limit=2, cursor=cursor)
            seen += [row["_id"] for row in page.items]
            if not (cursor := page.next_cursor):
                break
        assert set(seen) == invoices
        assert len(seen) == 5
        with pytest.raises(Invalid):
            list_column(column="7")


def test_the_last_column_is_where_nothing_more_happens(db: Database[Row]) -> None:
    invoice = owing()
    for days in (0, 3, 7, 14):
        with on(after(days)):
            run_dunning()
    with on(after(15)):
        columns = board()
        assert [row["_id"] for row in columns[ENDED].items] == [invoice.id]
        assert columns[NEW].count == 0


def test_a_paused_invoice_is_left_alone_until_the_day_and_then_reminded(
    db: Database[Row],
) -> None:
    invoice = owing()
    with on(after(0)):
        paused = pause_dunning(invoice.id, until(after(5)))
        assert paused.dunning["paused"] == {"until": "2026-01-20", "next_date": "2026-01-15"}
        assert run_dunning().reminded == 0
    event = db.events.find_one({"type": "invoice.dunning_paused"})
    assert event is not None
    assert event["reason"] == "They promised to pay"
    with on(after(4)):
        assert run_dunning().reminded == 0
    with on(after(5)):
        assert run_dunning().reminded == 1
    assert get_invoice(invoice.id).dunning == {
        "step": 1, "next_date": "2026-01-23", "ended": False, "last_date": "2026-01-20",
    }  # fmt: skip


def test_a_pause_between_two_reminders_is_taken_back(db: Database[Row]) -> None:
    invoice = owing()
    with on(after(0)):
        run_dunning()
        pause_dunning(invoice.id, until(after(30)))
        again = resume_dunning(invoice.id)
    assert (again.dunning["step"], again.dunning["next_date"]) == (1, "2026-01-18")
    assert "paused" not in again.dunning
    with on(after(3)):
        assert run_dunning().reminded == 1
    first = owing()
    pause_dunning(first.id, until(after(30)))
    assert resume_dunning(first.id).dunning == {}
    with pytest.raises(DunningNotPaused):
        resume_dunning(first.id)


def test_a_payment_ends_a_pause_with_the_reminders(db: Database[Row]) -> None:
    invoice = owing()
    pause_dunning(invoice.id, until(after(5)))
    paid = pay_invoice(invoice.id, PayInvoice())
    assert paid.dunning == {"step": 0, "next_date": None, "ended": True}
    with on(after(6)):
        assert run_dunning().reminded == 0


def test_a_pause_that_makes_no_sense_is_refused(db: Database[Row]) -> None:
    invoice = owing()
    for day in (START.date(), START.date() + timedelta(days=367)):
        with pytest.raises(DunningPauseNotPossible):
            pause_dunning(invoice.id, until(day))
    with pytest.raises(StaleRevision):
        pause_dunning(invoice.id, until(after(1)), invoice.revision + 1)
    pay_invoice(invoice.id, PayInvoice())
    with pytest.raises(DunningNotPossible, match="paid"):
        pause_dunning(invoice.id, until(after(1)))


def test_who_was_paused_before_reminders_were_given_up_is_never_ended(db: Database[Row]) -> None:
    invoice = owing()
    pause_dunning(invoice.id, until(after(5)))
    none = {"days": [], "final_action": "cancel"}
    db.settings.update_one({"_id": "seller"}, {"$set": {"dunning": none}}, upsert=True)
    with on(after(6)):
        run_dunning()
    assert get_subscription(str(invoice.subscription_id)).status == "active"


def test_a_step_before_its_day_does_what_its_preview_said(db: Database[Row]) -> None:
    invoice = owing()
    set_payment_source(invoice.customer_id, PaymentSource(token="fake_ok"))
    with on(after(1)):
        run_dunning()
        db.payments.delete_many({})
        db.invoices.update_one(
            {"_id": invoice.id}, {"$set": {"status": "open", "amount_due": 4900, "amount_paid": 0}}
        )
        db.invoices.update_one({"_id": invoice.id}, {"$set": {"dunning.ended": False}})
        found = preview_step(invoice.id)
        assert (found.step.kind, found.dunning["step"], found.charge) == ("reminded", 2, 4900)
        assert found.statuses == ("active", "past_due")
        assert get_invoice(invoice.id).dunning["step"] == 1
        assert db.payments.count_documents({}) == 0
        step = take_step_now(invoice.id)
        assert step.payment is not None
        assert get_invoice(invoice.id).dunning == found.dunning
        assert get_subscription(str(invoice.subscription_id)).status == "past_due"


def test_a_step_of_what_is_not_overdue_is_refused(db: Database[Row]) -> None:
    invoice = owing()
    with pytest.raises(DunningNotPossible, match="not overdue yet"):
        take_step_now(invoice.id)


def test_a_run_tells_what_it_did_and_there_is_one_at_a_time(db: Database[Row]) -> None:
    owing()
    with on(after(1)):
        row, is_new = start_dunning_run()
        assert is_new
        assert start_dunning_run() == (row, False)
        carry_out_dunning(row["_id"])
    last = last_dunning_run()
    assert last is not None
    assert (last["status"], last["reminded"], last["day"]) == ("completed", 1, None)


@pytest.fixture
def any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "FROM_HOUR", 0)


def test_several_workers_remind_once_a_day(db: Database[Row], any_hour: None) -> None:
    DailyDunning("wrk_0")._claim()
    db.dunning_daily.update_one({}, {"$set": {"day": "2026-01-01", "done": True}})
    workers = [DailyDunning(f"wrk_{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda worker: worker.work(), workers))
    for worker in workers:
        worker.work()
    assert db.dunning_runs.count_documents({}) == 1
    assert db.dunning_daily.find_one({}, {"done": 1})["done"] is True  # type: ignore[index]


def test_a_worker_that_died_is_followed_by_another_once_its_lease_is_over(
    db: Database[Row], any_hour: None
) -> None:
    assert DailyDunning("wrk_dead")._claim()
    other = DailyDunning("wrk_next")
    other.work()
    assert db.dunning_runs.count_documents({}) == 0
    over = {"$set": {"leased_until": datetime(2026, 1, 1, tzinfo=UTC)}}
    db.dunning_daily.update_one({}, over)
    other.work()
    assert db.dunning_runs.count_documents({"status": "completed"}) == 1
    db.dunning_daily.update_one({}, over)
    other.work()
    assert db.dunning_runs.count_documents({}) == 1


def test_what_is_switched_off_is_not_done(db: Database[Row], any_hour: None) -> None:
    off = {"days": [0], "final_action": "leave", "automatic": False}
    db.settings.update_one({"_id": "seller"}, {"$set": {"dunning": off}}, upsert=True)
    DailyDunning("wrk_1").work()
    assert db.dunning_runs.count_documents({}) == 0


def test_nothing_begins_before_the_hour(db: Database[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "FROM_HOUR", 24)
    DailyDunning("wrk_1").work()
    assert db.dunning_runs.count_documents({}) == 0


def test_plans_are_made_for_the_sums(db: Database[Row]) -> None:
    """Sums come from the keys of indexes: no invoice is read for them."""
    plan = create_plan()
    for _ in range(30):
        create_subscription(plan=plan)
    with on(after(1)):
        run_dunning()
        db.command("profile", 2)
        dunning_board()
        db.command("profile", 0)
    done = list(db["system.profile"].find({"command.aggregate": "invoices"}))
    db.drop_collection("system.profile")
    assert len(done) == 5
    assert {op["planSummary"].partition(" ")[0] for op in done} == {"IXSCAN"}
    assert [op["docsExamined"] for op in done] == [0] * 5
