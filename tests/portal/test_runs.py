"""Billing runs in the browser, with the run in a process of its own."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from billing import clock
from billing.customers.inputs import as_input
from billing.customers.queries import get_customer
from billing.customers.save_customer import update_customer
from billing.database import database
from billing.invoices.queries import list_invoices
from billing.runs.queries import get_run
from billing.runs.run_billing import run_billing, start_run
from tests.factories import create_subscription
from tests.portal.page_client import PageClient, Seen


def _due(number: int = 1, days: int = 40) -> list[str]:
    with clock.frozen(clock.now() - timedelta(days=days)):
        return [create_subscription().customer_id for _ in range(number)]


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
    seen = admin.get("/runs/preview?as_of_date=")
    assert seen.title == "Dry run for today"
    assert "$98.00" in seen.text
    assert "issue 2 invoices" in seen.text
    assert list_invoices().total == before
    assert database().billing_runs.count_documents({}) == 0


def test_a_run_is_started_watched_and_done(admin: PageClient) -> None:
    _due(3)
    seen = admin.send(admin.get("/runs/preview"), "/runs")
    page = admin.get(seen.to)
    assert page.title == "Billing run for today"
    done = _watch(admin, seen.to)
    assert "Nobody is due any more." in done.html
    whole = admin.get(seen.to)
    assert "Invoiced 3" in whole.text
    assert "$147.00" in whole.text
    assert "Completed" in admin.get("/runs").text
    run = get_run(seen.to.rpartition("/")[2])
    assert (run.status, run.invoiced) == ("completed", 3)


def test_the_run_is_in_the_name_of_who_started_it(admin: PageClient) -> None:
    customer_id = _due()[0]
    _watch(admin, admin.send(admin.get("/runs/preview"), "/runs").to)
    issued = database().events.find_one({"customer_id": customer_id}, sort=[("_id", -1)])
    assert issued is not None
    assert issued["actor"]["name"] == "Ada Admin"


def test_skipped_customers_are_listed_with_the_reason(admin: PageClient) -> None:
    customer = get_customer(_due()[0])
    suspended = as_input(customer).model_copy(update={"status": "suspended"})
    update_customer(customer.id, suspended)
    seen = admin.get("/runs/preview")
    assert customer.name in seen.text
    assert "suspended" in seen.text
    run = run_billing()
    assert "still due" in admin.get(f"/runs/{run.id}").text


def test_a_date_in_the_future_is_warned_of(admin: PageClient) -> None:
    create_subscription()
    ahead = clock.today() + timedelta(days=60)
    seen = admin.get(f"/runs/preview?as_of_date={ahead}")
    assert "is in the future" in seen.alerts()
    assert seen.values("/runs")["as_of_date"] == ahead.isoformat()
    assert admin.get("/runs/preview").alerts() == ""


@pytest.mark.parametrize("typed", ["soon", "2026-02-30", "9999-12-31"])
def test_a_date_that_is_none_is_refused(admin: PageClient, typed: str) -> None:
    seen = admin.get(f"/runs/preview?as_of_date={typed}")
    assert seen.status == 422
    assert seen.error_of("as_of_date")
    token = admin.get("/profile").values("/profile")["csrf_token"]
    posted = admin.post("/runs", {"csrf_token": token, "as_of_date": typed})
    assert posted.status == 422
    assert database().billing_runs.count_documents({}) == 0


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
    assert "only an interrupted one is resumed" in seen.alerts()


def test_a_run_at_work_reloads_itself_without_script(admin: PageClient) -> None:
    run = start_run()
    assert '<meta http-equiv="refresh" content="3">' in admin.get(f"/runs/{run.id}").html
    finished = run_billing()
    assert "http-equiv" not in admin.get(f"/runs/{finished.id}").html


def test_an_unknown_run_is_not_found(admin: PageClient) -> None:
    assert admin.get("/runs/run_x").status == 404
