"""The billing run: who is due is billed, period by period, and the sums prove it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from billing import clock
from billing.database import Database, Row
from billing.invoices import prepare_bills as preparing
from billing.invoices.cycle import bill_for
from billing.runs import chunk_work, chunks, preview
from billing.runs.check import check_books
from billing.runs.chunk_work import ChunkWork
from billing.runs.errors import BillingRunNotFound, BillingRunNotResumable
from billing.runs.models import BillingRun
from billing.runs.preview import preview_run
from billing.runs.queries import get_run, list_runs, proof_of, run_status
from billing.runs.run_billing import continue_run, finish_run, resume_run, run_billing, start_run
from billing.runs.views import preview_view, run_view
from billing.subscriptions.queries import get_subscription
from tests.billing.runs.books import (
    advanced,
    billed,
    everything,
    many_subscriptions,
    now_is,
    numbers,
    subscription_row,
)
from tests.factories import create_customer, create_plan, create_subscription

AS_OF = date(2026, 6, 30)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks, batches and bills so small that a run takes many of each."""
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 7)
    monkeypatch.setattr(preparing, "bill_for", partial(bill_for, most=3))
    monkeypatch.setattr(chunk_work, "prepare_bills", partial(preparing.prepare_bills, budget=5))
    monkeypatch.setattr(preview, "_BATCH", 5)


def test_nobody_due_makes_an_empty_run(db: Database[Row]) -> None:
    run = run_billing(AS_OF)
    assert (run.status, run.invoiced, run.skipped, run.still_due) == ("completed", 0, 0, 0)
    assert db.invoices.count_documents({}) == 0


def test_whoever_is_due_by_the_date_is_billed(db: Database[Row]) -> None:
    with now_is("2026-01-31"):
        subscription = create_subscription()
    assert run_billing(date(2026, 2, 27)).invoiced == 0
    run = run_billing(date(2026, 2, 28))
    assert (run.invoiced, run.due_subscriptions, run.done_subscriptions) == (1, 1, 1)
    newest = db.invoices.find_one({}, sort=[("number", -1)])
    assert newest
    assert (newest["issue_date"], newest["due_date"]) == ("2026-02-28", "2026-03-14")
    assert (newest["period_start"], newest["period_end"]) == ("2026-02-28", "2026-03-31")
    assert get_subscription(subscription.id).next_billing_date == date(2026, 3, 31)


def test_what_was_missed_is_caught_up_oldest_first(db: Database[Row]) -> None:
    with now_is("2026-01-31"):
        create_subscription()
    run = run_billing(date(2026, 5, 30))
    rows = list(db.invoices.find().sort("number"))
    starts = [row["period_start"] for row in rows]
    assert starts == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert run.invoiced == 3
    assert numbers(db) == [1, 2, 3, 4]
    assert run_billing(date(2026, 5, 30)).invoiced == 0


def test_without_a_date_each_customers_own_today_decides(db: Database[Row]) -> None:
    plan = create_plan(billing_cycle="daily", price=100)
    with clock.frozen(datetime(2026, 3, 30, 11, tzinfo=UTC)):  # 31 March in Kiritimati
        subscriptions = {
            zone: create_subscription(
                customer=create_customer(preferences={"timezone": zone}), plan=plan
            )
            for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")
        }
    expected = {
        "2026-03-30T11:30": {},
        "2026-03-31T09:59": {"UTC": "2026-03-31"},
        "2026-03-31T10:00": {"Pacific/Kiritimati": "2026-04-01"},
        "2026-03-31T11:00": {"Pacific/Pago_Pago": "2026-03-31"},
        "2026-04-01T00:00": {"UTC": "2026-04-01"},
    }
    for moment, newly in expected.items():
        with clock.frozen(datetime.fromisoformat(f"{moment}:00+00:00")):
            before = {row["_id"] for row in db.invoices.find()}
            assert preview_run().invoiced == len(newly)
            assert run_billing().invoiced == len(newly)
        issued = {
            row["subscription_id"]: row["issue_date"]
            for row in db.invoices.find()
            if row["_id"] not in before
        }
        assert issued == {subscriptions[zone].id: day for zone, day in newly.items()}


def test_a_run_bills_many_and_its_sheet_adds_up(db: Database[Row], small_steps: None) -> None:
    many_subscriptions(db, 60, last_start=date(2026, 6, 1))
    run = run_billing(AS_OF)
    rows = list(db.invoices.find())
    assert numbers(db) == list(range(1, len(rows) + 1))
    sheet = proof_of(run)
    assert sheet.due == sheet.invoiced == len(rows) > 200
    assert sheet.skips == []
    counts = Counter(row["currency"] for row in rows)
    for line in sheet.sums:
        amounts = [row["total"] for row in rows if row["currency"] == line["currency"]]
        assert (line["invoices"], line["amount"]) == (len(amounts), sum(amounts))
    assert [line["currency"] for line in sheet.sums] == sorted(counts)
    assert run.ended == db.subscriptions.count_documents({"status": "cancelled"}) > 0
    assert run.done_subscriptions == run.due_subscriptions == 60
    assert run.still_due == 0
    assert db.run_chunks.count_documents({}) == 0
    assert check_books() == []


def test_a_dry_run_tells_what_a_run_does_and_writes_nothing(
    db: Database[Row], small_steps: None
) -> None:
    many_subscriptions(db, 40, last_start=date(2026, 6, 1))
    db.customers.update_one({}, {"$set": {"status": "suspended"}})
    before = everything(db)
    seen: list[tuple[int, int]] = []
    foretold = preview_run(AS_OF, lambda done, total: seen.append((done, total)))
    assert everything(db) == before
    assert seen[-1] == (40, 40)
    run = run_billing(AS_OF)
    done = proof_of(run)
    for name in ("as_of_date", "invoiced", "ended", "skipped", "sums", "due"):
        assert getattr(foretold, name) == getattr(done, name), name
    by_id = lambda sheet: sorted(skip.subscription_id for skip in sheet.skips)  # noqa: E731
    assert by_id(foretold) == by_id(done) != []
    shown, told = run_view(run), preview_view(foretold)
    assert set(shown) == set(told)
    assert (shown["status"], shown["dry_run"], told["dry_run"]) == ("completed", False, True)
    assert told["id"] is None


def test_small_steps_and_large_ones_end_in_the_same_books(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    many_subscriptions(db, 40, last_start=date(2026, 6, 1))
    initial = list(db.subscriptions.find())
    run_billing(AS_OF)
    expected = billed(db), advanced(db)
    for name in ("subscriptions", "invoices", "counters"):
        db[name].delete_many({})
    db.subscriptions.insert_many(initial)
    monkeypatch.setattr(chunks, "CHUNK_SIZE", 3)
    monkeypatch.setattr(preparing, "bill_for", partial(bill_for, most=1))
    monkeypatch.setattr(chunk_work, "prepare_bills", partial(preparing.prepare_bills, budget=1))
    run_billing(AS_OF)
    assert (billed(db), advanced(db)) == expected


def test_more_periods_than_one_bill_takes_are_all_billed(db: Database[Row]) -> None:
    customer, plan = create_customer(), create_plan(billing_cycle="daily", price=1)
    row = subscription_row(customer.id, plan.id, date(2023, 1, 1))
    db.subscriptions.insert_one(row)
    days = (AS_OF - date(2023, 1, 1)).days + 1
    assert preview_run(AS_OF).invoiced == days > 1000
    assert run_billing(AS_OF).invoiced == days
    assert numbers(db) == list(range(1, days + 1))
    assert check_books() == []


def test_progress_is_told_chunk_by_chunk(db: Database[Row], small_steps: None) -> None:
    many_subscriptions(db, 20, last_start=date(2026, 6, 1))
    seen: list[tuple[int, int]] = []
    run_billing(AS_OF, on_progress=lambda done, total: seen.append((done, total)))
    # Two chunks that are billed at once may both be done when the first of them is told.
    assert len(seen) == 3
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {20}
    assert {done for done, _ in seen} <= {7, 13, 14, 20}
    assert seen[-1] == (20, 20)


def test_an_interrupted_run_is_taken_up_and_ends_as_it_would_have(
    db: Database[Row], small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    many_subscriptions(db, 40, last_start=date(2026, 6, 1))
    expected = preview_run(AS_OF)
    calls = 0
    commit = chunk_work.commit_or_skip

    def fail_from_the_tenth_on(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls >= 10:
            raise PowerCut
        return commit(*arguments, **options)

    monkeypatch.setattr(chunk_work, "commit_or_skip", fail_from_the_tenth_on)
    with pytest.raises(PowerCut):
        run_billing(AS_OF)
    monkeypatch.setattr(chunk_work, "commit_or_skip", commit)
    run = get_run(list_runs().items[0]["_id"])
    assert 0 < run.invoiced < expected.invoiced
    assert finish_run(run.id).status == "running"
    monkeypatch.setattr(chunks, "LEASE_SECONDS", 1)
    db.run_chunks.update_many({}, [{"$set": {"leased_until": "$$NOW"}}])
    assert continue_run(run.id).status == "completed"
    done = proof_of(get_run(run.id))
    assert (done.invoiced, done.sums, done.ended) == (
        expected.invoiced,
        expected.sums,
        expected.ended,
    )
    assert check_books() == []


def test_what_the_second_hand_fails_at_is_billed_by_the_first(
    db: Database[Row],
    small_steps: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    many_subscriptions(db, 40, last_start=date(2026, 6, 1))
    expected = preview_run(AS_OF)
    bill = ChunkWork.bill

    def fail_in_the_second_hand(work: ChunkWork) -> None:
        if work._worker.endswith("-2"):
            raise ZeroDivisionError
        bill(work)

    monkeypatch.setattr(ChunkWork, "bill", fail_in_the_second_hand)
    run = run_billing(AS_OF)
    assert "A chunk is left to the other hand" in caplog.text
    assert (run.status, run.invoiced) == ("completed", expected.invoiced)
    assert check_books() == []


def test_only_a_silent_run_is_taken_up(db: Database[Row]) -> None:
    run = start_run(AS_OF)
    assert run_status(run.row()) == "preparing"
    with pytest.raises(BillingRunNotResumable, match="preparing"):
        resume_run(run.id)
    db.billing_runs.update_one({}, {"$set": {"heartbeat_at": datetime(2026, 1, 1, tzinfo=UTC)}})
    assert run_status(get_run(run.id).row()) == "interrupted"
    assert run_status(resume_run(run.id).row()) == "interrupted"
    assert run_status(get_run(run.id).row()) == "preparing"
    assert continue_run(run.id).status == "completed"
    with pytest.raises(BillingRunNotResumable, match="completed"):
        resume_run(run.id)
    assert continue_run(run.id).status == "completed"
    assert finish_run(run.id).finished_at is not None


def test_a_run_that_is_not_there_is_not_found(db: Database[Row]) -> None:
    for operation in (get_run, resume_run, continue_run):
        with pytest.raises(BillingRunNotFound):
            operation("run_01JD0000000000000000000000")


def test_a_kill_while_the_work_is_cut_up_leaves_nothing_twice(
    db: Database[Row], small_steps: None
) -> None:
    many_subscriptions(db, 20, last_start=date(2026, 6, 1))
    run = start_run(AS_OF)
    chunks.make_chunks(run)
    db.billing_runs.update_one({"_id": run.id}, {"$set": {"status": "preparing"}})
    finished = continue_run(run.id)
    assert finished.done_subscriptions == finished.due_subscriptions == 20
    assert check_books() == []


def test_runs_are_listed_newest_first(db: Database[Row]) -> None:
    runs = [run_billing(date(2026, 1, day)).id for day in (1, 2, 3)]
    assert [row["_id"] for row in list_runs(limit=2).items] == runs[:0:-1]
    assert BillingRun.objects.count() == 3
