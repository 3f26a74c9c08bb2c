"""Idempotency-Key: whatever comes twice is done once, and answered alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from api.idempotency import HEADER, REPLAYED
from billing import clock
from billing.database import database
from billing.idempotency.in_stages import LEASE_SECONDS
from billing.idempotency.models import COLLECTION
from billing.settings import Settings
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_payment, create_test_clock

KEY = {HEADER: "3f0c9a1e-once"}
JSON = "application/json"
ACME = {"name": "Acme", "email": "billing@example.com"}


def count(collection: str) -> int:
    return database()[collection].count_documents({})


def test_the_first_answer_is_given_again(admin: CheckedClient) -> None:
    first = admin.post("/customers", ACME, headers=KEY)
    again = admin.post("/customers", ACME, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    for name in ("ETag", "Location", "Content-Type", "Cache-Control"):
        assert again.headers[name] == first.headers[name]
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert count("customers") == 1


def test_the_same_key_with_another_request_is_refused(admin: CheckedClient) -> None:
    admin.post("/customers", ACME, headers=KEY)
    other_body = admin.post("/customers", {**ACME, "name": "Other"}, headers=KEY)
    other_address = admin.post("/plans", ACME | {"price": 1}, headers=KEY)
    assert other_body.status_code == 422
    assert other_body.json["code"] == "idempotency_key_reused"
    assert other_address.status_code == 422
    assert count("customers") == 1


def test_keys_are_each_readers_own(speaking_as: Speaker) -> None:
    ids = {speaking_as("admin").post("/customers", ACME, headers=KEY).json["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "two words", "ü"])
def test_what_is_no_key_is_refused(admin: CheckedClient, key: str) -> None:
    refused = admin.post("/customers", ACME, headers={HEADER: key.encode().decode("latin-1")})
    assert refused.status_code == 400
    assert refused.json["code"] == "malformed_idempotency_key"
    assert count("customers") == 0


def test_a_refusal_of_the_business_is_kept(admin: CheckedClient) -> None:
    invoice = create_invoice()
    path = f"/invoices/{invoice.id}/void"
    admin.put(f"/invoices/{invoice.id}/pay", {})
    first = admin.post(path, {}, headers=KEY)
    again = admin.post(path, {}, headers=KEY)
    assert (first.status_code, first.json["code"]) == (409, "invoice_not_voidable")
    assert again.data == first.data
    assert again.headers[REPLAYED] == "true"


def test_what_is_refused_before_it_is_looked_at_leaves_the_key_free(admin: CheckedClient) -> None:
    assert admin.post("/customers", {"name": "Acme"}, headers=KEY).status_code == 422
    assert admin.post("/customers", ACME, headers=KEY).status_code == 201


def test_a_lost_race_leaves_the_key_free(admin: CheckedClient) -> None:
    customer = create_customer()
    path = f"/customers/{customer.id}"
    stale = admin.patch(path, {"name": "New"}, if_match='"7"', headers=KEY)
    assert stale.status_code == 412
    assert count(COLLECTION) == 0


def test_one_of_several_revisions_is_enough(admin: CheckedClient) -> None:
    customer = create_customer()
    for _ in range(2):
        answer = admin.patch(
            f"/customers/{customer.id}", {"name": "New"}, if_match='"7", "1"', headers=KEY
        )
        assert (answer.status_code, answer.json["name"]) == (200, "New")
    assert answer.headers[REPLAYED] == "true"


def test_answers_are_forgotten_after_a_day(admin: CheckedClient) -> None:
    admin.post("/customers", ACME, headers=KEY)
    row = database()[COLLECTION].find_one({}) or {}
    assert row["expires_at"] - row["created_at"] == timedelta(hours=24)
    indexes = database()[COLLECTION].index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0


def test_the_key_itself_is_not_kept(admin: CheckedClient) -> None:
    admin.post("/customers", ACME, headers=KEY)
    assert KEY[HEADER] not in str(database()[COLLECTION].find_one({}))


def test_on_a_test_clock_answers_are_kept_by_the_real_time(admin: CheckedClient) -> None:
    test_clock = create_test_clock()
    admin.post("/customers", {**ACME, "test_clock_id": test_clock.id}, headers=KEY)
    row = database()[COLLECTION].find_one({}) or {}
    assert abs(row["created_at"] - clock.wall_clock()) < timedelta(minutes=1)


def test_fifty_at_once_make_one_invoice_and_get_fifty_equal_answers(admin: CheckedClient) -> None:
    body = {
        "customer_id": create_customer().id,
        "currency": "USD",
        "line_items": [{"description": "Work", "quantity": 1, "unit_amount": 5000}],
    }
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: admin.post("/invoices", body, headers=KEY), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert count("invoices") == 1
    counter = database().counters.find_one({"_id": {"$regex": "^INV"}}) or {}
    assert counter["last"] == 1


def test_fifty_at_once_charge_once(admin: CheckedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.idempotency.in_stages._PATIENCE_SECONDS", 60.0)
    invoice = create_invoice()
    body = {"invoice_id": invoice.id, "provider": "fake", "reference": "fake_ok", "method": "card"}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: admin.post("/payments", body, headers=KEY), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert count("payments") == 1


def test_a_decline_is_not_tried_again(admin: CheckedClient) -> None:
    invoice = create_invoice()
    body = {
        "invoice_id": invoice.id,
        "provider": "fake",
        "reference": "fake_decline",
        "method": "card",
    }
    first = admin.post("/payments", body, headers=KEY)
    again = admin.post("/payments", body, headers=KEY)
    assert first.json["status"] == "failed"
    assert again.data == first.data
    assert count("payments") == 1


class Died(BaseException):
    """What a killed process leaves behind: nothing that anybody handles."""


def let_lease_end() -> None:
    later = clock.wall_clock() - timedelta(seconds=LEASE_SECONDS)
    database()[COLLECTION].update_many({}, {"$set": {"leased_until": later}})


def dies(admin: CheckedClient, path: str, body: Any, *, at: str, key: dict[str, str] = KEY) -> None:
    """Let the process that answers die where `at` would be called."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at, _die)
        with pytest.raises(Died):
            admin.post(path, body, headers=key)


ASKING = "billing.payments.charge.ask_provider"
KEEPING = "billing.idempotency.in_stages._kept"


@pytest.mark.parametrize(
    ("provider", "at"), [("fake", ASKING), ("fake", KEEPING), ("manual", KEEPING)]
)
def test_a_payment_whose_process_dies_is_gone_on_with(
    admin: CheckedClient, provider: str, at: str
) -> None:
    body = {"invoice_id": create_invoice().id, "provider": provider, "reference": "fake_ok"}
    dies(admin, "/payments", body, at=at)
    let_lease_end()
    again = admin.post("/payments", body, headers=KEY)
    assert (again.status_code, again.json["status"]) == (201, "succeeded")
    assert count("payments") == 1


def test_a_refund_and_a_credit_note_are_gone_on_with(admin: CheckedClient) -> None:
    payment = create_payment()
    acts = [
        ("/credit_notes", {"invoice_id": payment.invoice_id, "amount": 100, "refund_amount": 100}),
        (f"/payments/{payment.id}/refund", {"amount": 100}),
    ]
    for number, (path, body) in enumerate(acts):
        key = {HEADER: f"act-{number}"}
        dies(admin, path, body, at=KEEPING, key=key)
        let_lease_end()
        again = admin.post(path, body, headers=key)
        assert again.status_code in {200, 201}, again.json
    assert count("refunds") == 2
    assert count("credit_notes") == 1


def test_while_the_first_still_runs_the_second_is_told_to_wait(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = create_invoice()
    body = {"invoice_id": invoice.id, "provider": "fake", "reference": "fake_ok"}
    monkeypatch.setattr("billing.idempotency.in_stages._PATIENCE_SECONDS", 0.0)
    dies(admin, "/payments", body, at=ASKING)
    busy = admin.post("/payments", body, headers=KEY)
    assert (busy.status_code, busy.json["code"]) == (409, "idempotency_key_in_use")
    assert busy.headers["Retry-After"] == "1"


def test_a_database_that_goes_away_leaves_the_key_free(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = create_invoice()
    body = {"invoice_id": invoice.id, "provider": "fake", "reference": "fake_ok"}
    with monkeypatch.context() as patch:
        patch.setattr(ASKING, _lose_database)
        assert admin.post("/payments", body, headers=KEY).status_code == 503
    assert admin.post("/payments", body, headers=KEY).json["status"] == "succeeded"
    assert count("payments") == 1


def _die(*_: Any) -> None:
    raise Died


def _lose_database(*_: Any) -> None:
    raise AutoReconnect("gone")


@pytest.mark.slow
def test_killed_between_commit_and_answer_the_first_answer_is_found_again(
    admin: CheckedClient, mongodb_uri: str, settings: Settings
) -> None:
    body = json.dumps(ACME)
    command = [
        sys.executable,
        "-m",
        "tests.api.dying_process",
        admin.token or "",
        body,
        KEY[HEADER],
    ]
    secrets = {"SECRET_KEY": settings.secret_key, "JWT_SECRET": settings.jwt_secret}
    environment = {**os.environ, **secrets, "MONGODB_URI": mongodb_uri}
    killed = subprocess.run(command, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert count("customers") == 1
    again = admin.request("POST", "/customers", data=body, headers=KEY, content_type=JSON)
    assert (again.status_code, again.headers[REPLAYED]) == (201, "true")
    assert count("customers") == 1
