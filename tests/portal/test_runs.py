"""Billing runs in the browser, with the run in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from billing import clock
from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.customers.inputs import as_input
from billing.customers.queries import get_customer
from billing.customers.save_customer import update_customer
from billing.database import database
from billing.inputs import merge
from billing.invoices.queries import list_invoices
from billing.runs.check import check_books
from billing.runs.queries import get_run
from billing.runs.run_billing import continue_run, run_billing, start_run
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange
from billing.subscriptions.inputs import as_input as as_change
from tests.billing.runs.books import subscription_row
from tests.factories import create_customer, create_plan, create_subscription
from tests.portal.page_client import PageClient, Seen


def _due(number: int = 1, days: int = 40) -> list[str]:
    with clock.frozen(clock.now() - timedelta(days=days)):
        return [create_subscription().customer_id for _ in range(number)]


def _look(admin: PageClient, day: str = "") -> Seen:
    """The page of a dry run for that day."""
    return admin.follow(admin.submit("/runs", "/runs/dry-runs", as_of_date=day))


def _approve(admin: PageClient, page: Seen) -> Seen:
    """What the button of a dry run answers."""
    assert page.page is not None
    forms = [form.get("action", "") for form in page.page.iter("form")]
    return admin.send(page, next(action for action in forms if action.endswith("/approve")))


def _watch(admin: PageClient, path: str) -> Seen:
    """What the page does by itself: ask again until it is told to stop."""
    for _ in range(300):
        seen = admin.get(path, headers={"HX-Request": "true", "HX-Target": "run"})
        if "every 1s" not in seen.html:
            return seen
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def test_a_dry_run_shows_the_sums_and_writes_nothing(admin: PageClient) -> None:
    _due(2)
    before = list_invoices().total
    seen = _look(admin)
    assert seen.title == "Dry run for today"
    assert "$98.00" in seen.text
    assert "issue 2 invoices" in seen.text
    assert "Not approved" in admin.get("/runs").text
    assert list_invoices().total == before
    assert database().billing_runs.count_documents({}) == 0


def test_a_run_is_started_watched_and_done(admin: PageClient) -> None:
    _due(3)
    looked = _look(admin)
    seen = _approve(admin, looked)
    page = admin.get(seen.to)
    assert page.title == "Billing run for today"
    done = _watch(admin, seen.to)
    assert "Nobody is due any more." in done.html
    whole = admin.get(seen.to)
    assert "Invoiced 3" in whole.text
    assert "$147.00" in whole.text
    assert "approved by Ada Admin" in whole.text
    assert "Completed" in admin.get("/runs").text
    run = get_run(seen.to.rpartition("/")[2])
    assert (run.status, run.invoiced) == ("completed", 3)


def test_the_run_is_in_the_name_of_who_started_it(admin: PageClient) -> None:
    customer_id = _due()[0]
    _watch(admin, _approve(admin, _look(admin)).to)
    issued = database().events.find_one({"customer_id": customer_id}, sort=[("_id", -1)])
    assert issued is not None
    assert issued["actor"]["name"] == "Ada Admin"


def test_skipped_customers_are_listed_with_the_reason(admin: PageClient) -> None:
    customer = get_customer(_due()[0])
    suspended = as_input(customer).model_copy(update={"status": "suspended"})
    update_customer(customer.id, suspended)
    seen = _look(admin)
    assert customer.name in seen.text
    assert "suspended" in seen.text
    run = run_billing()
    assert "still due" in admin.get(f"/runs/{run.id}").text


def test_a_date_in_the_future_is_warned_of(admin: PageClient) -> None:
    create_subscription()
    ahead = clock.today() + timedelta(days=60)
    seen = _look(admin, ahead.isoformat())
    assert "is in the future" in seen.alerts()
    assert seen.values("/runs/dry-runs")["as_of_date"] == ahead.isoformat()
    assert _look(admin).alerts() == ""


@pytest.mark.parametrize("typed", ["soon", "2026-02-30", "9999-12-31"])
def test_a_date_that_is_none_is_refused(admin: PageClient, typed: str) -> None:
    seen = admin.submit("/runs", "/runs/dry-runs", as_of_date=typed)
    assert seen.status == 422
    assert seen.error_of("as_of_date")
    assert database().dry_runs.count_documents({}) == 0


def test_an_interrupted_run_is_resumed(admin: PageClient) -> None:
    _due()
    run = start_run()
    long_ago = clock.now() - timedelta(minutes=5)
    silent = {"$set": {"heartbeat_at": long_ago}}
    database().billing_runs.update_one({"_id": run.id}, silent)
    page = admin.get(f"/runs/{run.id}")
    assert "Nobody works on this run any more" in page.alerts()
    seen = admin.send(page, f"/runs/{run.id}/resume")
    assert seen.to == f"/runs/{run.id}"
    assert "Nobody is due any more." in _watch(admin, seen.to).html


def test_a_finished_run_is_not_resumed(admin: PageClient) -> None:
    run = run_billing()
    token = admin.get("/profile").values("/profile")["csrf_token"]
    seen = admin.post(f"/runs/{run.id}/resume", {"csrf_token": token})
    assert seen.status == 409
    assert "only an interrupted or stopped one is resumed" in seen.alerts()


def test_a_run_at_work_reloads_itself_without_script(admin: PageClient) -> None:
    run = start_run()
    assert '<meta http-equiv="refresh" content="3">' in admin.get(f"/runs/{run.id}").html
    finished = run_billing()
    assert "http-equiv" not in admin.get(f"/runs/{finished.id}").html


def test_an_unknown_run_is_not_found(admin: PageClient) -> None:
    assert admin.get("/runs/run_x").status == 404


def test_a_dry_run_compares_with_the_last_time_and_says_why(admin: PageClient) -> None:
    plan = create_plan(name="Team", price=4900, pricing_model="per_unit")
    with clock.frozen(clock.now() - timedelta(days=40)):
        grows, ends = (create_subscription(plan=plan) for _ in range(2))
    with clock.frozen(clock.now() - timedelta(days=39)):
        later = merge(
            SubscriptionChange, as_change(grows), {"quantity": 3, "effective": "period_end"}
        )
        update_subscription(grows.id, later)
        cancel_subscription(ends.id, CancelSubscription(when="period_end"))
    seen = _look(admin)
    assert "Team USD" in seen.text
    assert "$98.00 2 invoices" in seen.text
    assert "$147.00 1 invoice" in seen.text
    assert "+$98.00: 1 with another price or quantity" in seen.text
    assert "-$49.00: 1 ended or paused" in seen.text
    assert "Changed much 1" in seen.text
    assert "$147.00 instead of $49.00 (+200%). Quantity 3 instead of 1." in seen.text
    assert f"/subscriptions/{grows.id}" in seen.links()


def test_what_changed_since_it_was_looked_at_is_not_approved(admin: PageClient) -> None:
    _due(2)
    page = _look(admin)
    _due()
    seen = _approve(admin, page)
    assert seen.status == 409
    assert "2 subscriptions were due when this was computed, 3 are now" in seen.alerts()
    assert database().billing_runs.count_documents({}) == 0


def test_a_run_refuses_itself_when_the_sums_are_others(admin: PageClient) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        subscription = create_subscription(plan=create_plan(pricing_model="per_unit"))
    page = _look(admin)
    changed = {"$set": {"quantity": 2}}
    database().subscriptions.update_one({"_id": subscription.id}, changed)
    seen = _approve(admin, page)
    refused = _watch(admin, seen.to)
    assert "What is due has changed since it was approved" in refused.html
    whole = admin.get(seen.to)
    assert "USD $49.00 1 invoice $98.00 1 invoice" in whole.text
    assert list_invoices().total == 1
    assert "Refused" in admin.get("/runs").text


def test_a_dry_run_is_approved_once(admin: PageClient) -> None:
    _due()
    page = _look(admin)
    first = _approve(admin, page)
    _watch(admin, first.to)
    again = admin.get(page.response.request.path)
    assert first.to in again.links()
    data = page.values(f"{page.response.request.path}/approve")
    data["idempotency_key"] = "another"
    refused = admin.post(f"{page.response.request.path}/approve", data)
    assert "approved before" in refused.alerts()
    assert database().billing_runs.count_documents({}) == 1


def test_a_large_dry_run_is_carried_out_elsewhere_and_watched(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.runs.dry_runs.AT_ONCE", 0)
    _due()
    seen = admin.submit("/runs", "/runs/dry-runs")
    for _ in range(300):
        part = admin.get(seen.to, headers={"HX-Request": "true", "HX-Target": "dry-run"})
        if "every 1s" not in part.html:
            break
        time.sleep(0.1)
    assert "issue 1 invoice" in admin.get(seen.to).text


def test_a_run_is_stopped_and_goes_on(admin: PageClient) -> None:
    _due()
    run = start_run()
    seen = admin.send(admin.get(f"/runs/{run.id}"), f"/runs/{run.id}/stop")
    page = admin.follow(seen)
    assert "Somebody stopped this run" in page.text
    continue_run(run.id)
    assert list_invoices().total == 1, "only the one of the beginning"
    seen = admin.send(page, f"/runs/{run.id}/resume")
    assert "Nobody is due any more." in _watch(admin, seen.to).html
    assert list_invoices().total == 2
    told = database().events.find({"object_id": run.id, "type": "billing_run.stopped"})
    assert [event["actor"]["name"] for event in told] == ["Ada Admin"]
    assert "Billing run stopped" in admin.get(seen.to).text


@pytest.mark.slow
def test_a_run_that_was_approved_and_killed_goes_on_and_bills_everyone_once(
    admin: PageClient,
) -> None:
    """The process that the button started is killed in the midst of it."""
    day = clock.today() - timedelta(days=10)
    customer, plan = create_customer(), create_plan()
    rows = [subscription_row(customer.id, plan.id, day) for _ in range(2200)]
    database().subscriptions.insert_many(rows)
    page = admin.get(admin.submit("/runs", "/runs/dry-runs").to)
    seen = _approve(admin, _until(admin, page, "Approve"))
    run_id = seen.to.rpartition("/")[2]
    while get_run(run_id).invoiced == 0:
        time.sleep(0.005)
    os.kill(_process_of(run_id), signal.SIGKILL)
    struck = get_run(run_id)
    assert 0 < struck.invoiced < 2200
    silent = {"$set": {"heartbeat_at": clock.now() - timedelta(minutes=5)}}
    database().billing_runs.update_one({"_id": run_id}, silent)
    database().run_chunks.update_many({}, {"$unset": {"leased_until": 1}})
    admin.send(admin.get(seen.to), f"{seen.to}/resume")
    assert "Nobody is due any more." in _watch(admin, seen.to).html
    run = get_run(run_id)
    assert run.invoiced == run.approved["USD"]["invoices"] == 2200
    assert database().invoices.count_documents({}) == 2200
    assert check_books() == []


def _until(admin: PageClient, page: Seen, text: str) -> Seen:
    """The page once it shows this."""
    path = page.response.request.path
    for _ in range(300):
        if text in (page := admin.get(path)).text:
            return page
        time.sleep(0.1)
    raise AssertionError(text)


def _process_of(run_id: str) -> int:
    """The process that works on the run."""
    command = f"portal.runs.process\0{run_id}".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if command in path.read_bytes():
                return int(path.parent.name)
    raise AssertionError("nobody works on it")
