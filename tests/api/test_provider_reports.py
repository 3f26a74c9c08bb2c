"""What payment providers report of their own accord: believed by its signature, settled once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from billing import clock
from billing.database import Database, Row
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.models import Payment
from billing.payments.providers import fake
from billing.payments.providers.fake import SIGNATURE, FakeProvider
from billing.payments.queries import get_payment
from billing.settings import Settings
from portal.app import create_app
from tests.billing.invoices.test_concurrency import at_once
from tests.factories import create_invoice, create_payment

PATH = "/api/provider_reports/fake"
DEEP = b"[" * 100_000


def _late(invoice: Invoice | None = None) -> Payment:
    """A payment of which the provider says later what became of it."""
    return create_payment(
        invoice=invoice or create_invoice(), provider="fake", reference="fake_late"
    )


def _told(key: str, status: str, failure: str | None = None) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"key": key, "status": status, "failure_code": failure}).encode()
    return body, {SIGNATURE: fake.sign(body)}


def _send(app: Flask, report: tuple[bytes, dict[str, str]], path: str = PATH) -> TestResponse:
    body, headers = report
    return app.test_client().post(path, data=body, headers=headers)


def _events(db: Database[Row], key: str) -> Counter[str]:
    return Counter(event["type"] for event in db.events.find({"object_id": key}))


def test_a_payment_is_settled_by_its_report(app: Flask, db: Database[Row]) -> None:
    payment = _late()
    answer = _send(app, FakeProvider().report(payment.id))
    assert (answer.status_code, answer.data) == (204, b"")
    assert get_payment(payment.id).status == "succeeded"
    assert get_invoice(payment.invoice_id).status == "paid"
    event = db.events.find_one({"object_id": payment.id, "type": "payment.succeeded"}) or {}
    assert event["actor"]["name"] == "Payment provider (fake)"
    assert event["request_id"] == answer.headers["X-Request-Id"]


def test_one_that_comes_six_times_at_once_settles_once(app: Flask, db: Database[Row]) -> None:
    payment = _late()
    report = FakeProvider().report(payment.id)
    answers = at_once(*[partial(_send, app, report)] * 6)
    assert [answer.status_code for answer in answers] == [204] * 6
    assert _events(db, payment.id)["payment.succeeded"] == 1
    assert get_invoice(payment.invoice_id).amount_paid == 10000


@pytest.mark.parametrize("order", [("failed", "succeeded"), ("succeeded", "failed")])
def test_in_whatever_order_they_come_money_that_came_in_counts(
    app: Flask, db: Database[Row], order: tuple[str, str]
) -> None:
    payment = _late()
    for status in order:
        report = _told(payment.id, status, "card_declined" if status == "failed" else None)
        assert _send(app, report).status_code == 204
    assert get_payment(payment.id).status == "succeeded"
    assert get_invoice(payment.invoice_id).status == "paid"


def test_one_that_comes_a_day_late_for_an_invoice_paid_since_becomes_credit(
    app: Flask, db: Database[Row]
) -> None:
    invoice = create_invoice()
    payment = _late(invoice)
    create_payment(invoice=invoice, amount=10000)
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert _send(app, FakeProvider().report(payment.id)).status_code == 204
    settled = get_payment(payment.id)
    assert (settled.status, settled.credited_amount) == ("succeeded", 10000)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {}),
        (b"{}", {SIGNATURE: "0" * 64}),
        (b"[]", {SIGNATURE: fake.sign(b"[]")}),
        (DEEP, {SIGNATURE: fake.sign(DEEP)}),
    ],
    ids=["unsigned", "forged", "unreadable", "deep"],
)
def test_what_the_provider_did_not_sign_or_nobody_can_read_is_refused(
    app: Flask, db: Database[Row], body: bytes, headers: dict[str, str]
) -> None:
    payment = _late()
    answer = _send(app, (body, headers))
    assert (answer.status_code, answer.json["code"]) == (422, "report_refused")  # type: ignore[index]
    assert get_payment(payment.id).status == "pending"


@pytest.mark.parametrize("wrong", [{"key": 1}, {"status": "exploded"}, {"failure_code": []}])
def test_a_report_of_something_that_does_not_exist_is_refused(
    app: Flask, db: Database[Row], wrong: dict[str, Any]
) -> None:
    payment = _late()
    told = {"key": payment.id, "status": "failed", "failure_code": "card_declined", **wrong}
    body = json.dumps(told).encode()
    answer = _send(app, (body, {SIGNATURE: fake.sign(body)}))
    assert (answer.status_code, _code(answer)) == (422, "report_refused")
    assert get_payment(payment.id).status == "pending"


def test_who_it_is_not_for_is_told(app: Flask, db: Database[Row]) -> None:
    unknown = _send(app, _told("pay_01JD0000000000000000000000", "succeeded"))
    assert (unknown.status_code, _code(unknown)) == (404, "payment_not_found")
    nobody = _send(app, _told("pay_1", "succeeded"), "/api/provider_reports/nobody")
    assert (nobody.status_code, _code(nobody)) == (404, "not_found")
    manual = _send(app, _told("pay_1", "succeeded"), "/api/provider_reports/manual")
    assert (manual.status_code, _code(manual)) == (422, "report_refused")
    assert _code(app.test_client().get(PATH)) == "method_not_allowed"
    assert _code(_send(app, (b" " * (1024 * 1024 + 1), {}))) == "body_too_large"


def _code(answer: TestResponse) -> Any:
    assert answer.content_type == "application/problem+json"
    return (answer.json or {})["code"]


def test_the_fake_provider_reports_nothing_in_production(
    app: Flask, db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = _late()
    monkeypatch.setenv("DUEBILL_ENV", "production")
    assert _send(app, FakeProvider().report(payment.id)).status_code == 404
    assert get_payment(payment.id).status == "pending"


def test_who_guesses_signatures_is_soon_not_listened_to(
    settings: Settings, db: Database[Row]
) -> None:
    few = create_app(settings.model_copy(update={"address_rate_limit": 3}), connect=False)
    payment = _late()
    with clock.frozen(clock.now() + timedelta(days=400)):  # a minute that nobody else counts in
        for _ in range(3):
            assert _send(few, (b"{}", {SIGNATURE: "0" * 64})).status_code == 422
        assert _code(_send(few, (b"{}", {}))) == "too_many_requests"
        refused = _send(few, FakeProvider().report(payment.id))
        assert refused.status_code == 429
        assert refused.headers["Retry-After"]
    assert _send(few, FakeProvider().report(payment.id)).status_code == 204
