"""Billing runs over the API, with a real process that works on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.runs import endpoints
from billing import clock
from billing.database import database
from billing.runs.run_billing import start_run
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_plan, create_subscription


@pytest.fixture
def due(db: Any) -> str:
    """Three subscriptions whose next period begins a month from now; that date."""
    plan = create_plan()
    made = [create_subscription(plan_id=plan.id) for _ in range(3)]
    return made[0].next_billing_date.isoformat()


def test_nobody_runs_billing_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.post("/billing_runs", {}).status_code == 401
    assert anonymous.get("/billing_runs").status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_run_billing_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    answer = speaking_as(role).post("/billing_runs", {})
    assert answer.status_code == 403
    assert "write:invoices" in answer.json["detail"]
    assert database().billing_runs.count_documents({}) == 0


def test_a_customers_user_sees_no_runs(stranger: CheckedClient) -> None:
    run = start_run()
    assert stranger.get("/billing_runs").status_code == 404
    assert stranger.get(f"/billing_runs/{run.id}").status_code == 404


def test_a_dry_run_tells_and_writes_nothing(admin: CheckedClient, due: str) -> None:
    before = database().invoices.count_documents({})
    answer = admin.post("/billing_runs", {"as_of_date": due, "dry_run": True})
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["dry_run"]) == (None, True)
    assert (answer.json["due"], answer.json["invoiced"], answer.json["skipped"]) == (3, 3, 0)
    assert answer.json["sums"] == [{"currency": "USD", "invoices": 3, "amount": 14700}]
    assert database().invoices.count_documents({}) == before
    assert database().billing_runs.count_documents({}) == 0


def test_a_run_answers_its_proof_sheet_and_is_kept(admin: CheckedClient, due: str) -> None:
    answer = admin.post("/billing_runs", {"as_of_date": due})
    assert answer.status_code == 201
    assert (answer.json["status"], answer.json["invoiced"]) == ("completed", 3)
    assert answer.json["sums"] == [{"currency": "USD", "invoices": 3, "amount": 14700}]
    assert answer.json["still_due"] == 0
    assert answer.headers["Location"] == f"/api/v1/billing_runs/{answer.json['id']}"
    assert admin.get(f"/billing_runs/{answer.json['id']}").json == answer.json
    assert admin.get("/billing_runs").json["data"] == [answer.json]
    assert admin.get("/invoices").json["total"] == 6
    again = admin.post("/billing_runs", {"as_of_date": due}).json
    assert (again["due"], again["invoiced"]) == (0, 0)


def test_one_who_cannot_be_billed_is_listed_with_the_reason(admin: CheckedClient, due: str) -> None:
    customer_id = database().subscriptions.find_one({})["customer_id"]
    admin.patch(f"/customers/{customer_id}", {"status": "suspended"})
    sheet = admin.post("/billing_runs", {"as_of_date": due, "dry_run": True}).json
    assert (sheet["due"], sheet["invoiced"], sheet["skipped"]) == (3, 2, 1)
    assert sheet["skips"][0]["customer_id"] == customer_id
    assert sheet["skips"][0]["message"]


def test_a_long_run_answers_how_far_it_has_got(
    admin: CheckedClient, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[str] = []
    monkeypatch.setitem(admin.app.extensions, endpoints.LAUNCH_RUN, launched.append)
    monkeypatch.setattr(endpoints, "_PATIENCE_SECONDS", 0.0)
    answer = admin.post("/billing_runs", {"as_of_date": due})
    assert answer.status_code == 202
    assert launched == [answer.json["id"]]
    assert answer.json["status"] == "preparing"
    later = clock.now() + timedelta(minutes=5)
    with clock.frozen(later):
        shown = CheckedClient(admin.app, admin.token).get(f"/billing_runs/{launched[0]}").json
    assert shown["status"] == "interrupted"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"as_of_date": "today"}, "as_of_date"),
        ({"as_of_date": 20261031}, "as_of_date"),
        ({"dry_run": "true"}, "dry_run"),
        ({"dry_run": 1}, "dry_run"),
        ({"workers": 64}, "workers"),
    ],
)
def test_a_run_that_makes_no_sense_is_422(
    admin: CheckedClient, body: dict[str, object], field: str
) -> None:
    answer = admin.post("/billing_runs", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert database().billing_runs.count_documents({}) == 0


def test_a_missing_run_is_404(admin: CheckedClient) -> None:
    answer = admin.get("/billing_runs/run_nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "billing_run_not_found")
