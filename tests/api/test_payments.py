"""Payments and refunds over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from billing import clock
from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_payment


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=UTC)):
        yield


def test_nobody_pays_or_refunds_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.post("/payments", {}).status_code == 401
    assert anonymous.post("/payments/pay_1/refund", {}).status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_take_money_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    payment = create_payment()
    for path in ("/payments", f"/payments/{payment.id}/refund"):
        answer = speaking_as(role).post(path, {})
        assert answer.status_code == 403
        assert "write:invoices" in answer.json["detail"]


def test_a_customer_sees_their_own_payments_only(speaking_as: Speaker) -> None:
    customer = create_customer()
    own = create_payment(invoice_id=create_invoice(customer_id=customer.id).id)
    other = create_payment()
    client = speaking_as("customer", customer_id=customer.id)
    assert [row["id"] for row in client.get("/payments").json["data"]] == [own.id]
    assert client.get(f"/payments/{other.id}").status_code == 404


def test_recording_a_payment(admin: CheckedClient) -> None:
    invoice = create_invoice()
    body = {"invoice_id": invoice.id, "amount": 4000, "method": "check", "reference": "No 7"}
    answer = admin.post("/payments", body)
    assert (answer.status_code, answer.json["status"]) == (201, "succeeded")
    assert (answer.json["paid_date"], answer.json["provider_reference"]) == ("2026-11-23", "No 7")
    assert admin.get(f"/payments/{answer.json['id']}").json == answer.json
    assert admin.get(f"/invoices/{invoice.id}").json["amount_due"] == 6000


def test_more_than_is_due_is_said_to_be_credit(admin: CheckedClient) -> None:
    invoice = create_invoice()
    paid = admin.post("/payments", {"invoice_id": invoice.id, "amount": 10500}).json
    assert (paid["amount"], paid["credited_amount"]) == (10500, 500)
    assert admin.get(f"/customers/{invoice.customer_id}").json["credit_balance"] == 500


@pytest.mark.parametrize(
    ("token", "status", "due"),
    [
        ("fake_ok", "succeeded", 0),
        ("fake_decline", "failed", 10000),
        ("fake_late", "pending", 10000),
    ],
)
def test_letting_a_provider_take_it(
    admin: CheckedClient, token: str, status: str, due: int
) -> None:
    invoice = create_invoice()
    body = {"invoice_id": invoice.id, "provider": "fake", "reference": token}
    answer = admin.post("/payments", body)
    assert (answer.status_code, answer.json["status"]) == (201, status)
    assert admin.get(f"/invoices/{invoice.id}").json["amount_due"] == due


def test_a_paid_or_void_invoice_takes_no_payment(admin: CheckedClient) -> None:
    invoice = create_payment().invoice_id
    void = create_invoice().id
    admin.post(f"/invoices/{void}/void")
    for wanted in (invoice, void):
        answer = admin.post("/payments", {"invoice_id": wanted})
        assert (answer.status_code, answer.json["code"]) == (409, "invoice_not_payable")
    assert database().payments.count_documents({}) == 1


def test_a_second_charge_is_told_to_wait(admin: CheckedClient) -> None:
    body = {"invoice_id": create_invoice().id, "provider": "fake", "reference": "fake_late"}
    admin.post("/payments", body)
    again = admin.post("/payments", body)
    assert (again.status_code, again.json["code"]) == (409, "payment_under_way")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "invoice_id"),
        ({"amount": 0}, "amount"),
        ({"amount": "100"}, "amount"),
        ({"method": "barter"}, "method"),
        ({"provider": "bank"}, "provider"),
        ({"provider": "fake", "amount": 10001}, "amount"),
        ({"paid_date": "soon"}, "paid_date"),
        ({"status": "succeeded"}, "status"),
    ],
)
def test_a_payment_that_makes_no_sense_is_422(
    admin: CheckedClient, body: dict[str, object], field: str
) -> None:
    given = {"invoice_id": create_invoice().id, **body} if body else {}
    answer = admin.post("/payments", given)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
    assert database().payments.count_documents({}) == 0


def test_refunding_in_parts(admin: CheckedClient) -> None:
    payment = create_payment()
    path = f"/payments/{payment.id}/refund"
    part = admin.post(path, {"amount": 4000, "reason": "Goodwill"}, if_match='"1"')
    assert (part.status_code, part.json["status"]) == (200, "partially_refunded")
    assert admin.post(path, {"amount": 1}, if_match='"1"').status_code == 412
    too_much = admin.post(path, {"amount": 6001})
    assert (too_much.status_code, too_much.json["code"]) == (422, "refund_out_of_range")
    done = admin.post(path)
    assert (done.json["status"], done.json["refunded_amount"]) == ("refunded", 10000)
    assert [refund["amount"] for refund in done.json["refunds"]] == [4000, 6000]
    again = admin.post(path)
    assert (again.status_code, again.json["code"]) == (409, "payment_not_refundable")
    assert admin.get(f"/invoices/{payment.invoice_id}").json["status"] == "paid"


def test_lists_filter(admin: CheckedClient) -> None:
    old = create_payment(paid_date="2026-10-01")
    new = create_payment()

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/payments?{query}").json["data"]]

    assert ids("") == [new.id, old.id]
    assert ids("status=failed") == []
    assert ids(f"invoice_id={old.invoice_id}") == ids(f"customer_id={old.customer_id}") == [old.id]
    assert ids("paid_date[lt]=2026-11-01") == [old.id]
    assert ids("paid_date[gte]=2026-11-01") == [new.id]
    assert ids(f"q={old.id}") == [old.id]


def test_a_payment_source_is_set_and_forgotten(admin: CheckedClient) -> None:
    customer = create_customer()
    path = f"/customers/{customer.id}/payment_source"
    answer = admin.put(path, {"token": "fake_ok"})
    assert answer.status_code == 200
    assert answer.json["payment_source"] == {"provider": "fake", "token": "fake_ok"}
    assert admin.put(path, {"token": ""}).status_code == 422
    assert admin.put(path, {"token": "x", "provider": "manual"}).status_code == 422
    assert admin.put(path, {"token": "x"}, if_match='"1"').status_code == 412
    assert admin.delete(path).status_code == 204
    assert admin.get(f"/customers/{customer.id}").json["payment_source"] is None
