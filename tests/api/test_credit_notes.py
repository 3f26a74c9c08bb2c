"""Credit notes over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from billing import clock
from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_credit_note, create_customer, create_invoice, create_payment


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=UTC)):
        yield


def test_nobody_credits_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.post("/credit_notes", {}).status_code == 401
    assert anonymous.get("/credit_notes").status_code == 401


def test_who_may_not_credit_is_told_the_scope(speaking_as: Speaker) -> None:
    answer = speaking_as("support").post("/credit_notes", {"invoice_id": create_invoice().id})
    assert answer.status_code == 403
    assert "write:invoices" in answer.json["detail"]


def test_a_customer_sees_their_own_credit_notes_only(speaking_as: Speaker) -> None:
    customer = create_customer()
    own = create_credit_note(invoice_id=create_invoice(customer_id=customer.id).id)
    other = create_credit_note()
    client = speaking_as("customer", customer_id=customer.id)
    assert [row["id"] for row in client.get("/credit_notes").json["data"]] == [own.id]
    assert client.get(f"/credit_notes/{other.id}").status_code == 404


def test_the_preview_is_what_is_issued(admin: CheckedClient) -> None:
    invoice = create_invoice()
    create_payment(invoice_id=invoice.id, amount=7000)
    body = {"invoice_id": invoice.id, "amount": 5000, "reason": "Broken"}
    seen = admin.post("/credit_notes/preview", body)
    assert seen.status_code == 200
    assert (seen.json["due_reduction"], seen.json["refund_amount"]) == (3000, 2000)
    assert database().credit_notes.count_documents({}) == 0
    made = admin.post("/credit_notes", body)
    assert (made.status_code, made.json["number"]) == (201, "CN-2026-000001")
    own = {"id", "number", "created_at", "updated_at"}
    assert {k: v for k, v in seen.json.items() if k not in own} == {
        k: v for k, v in made.json.items() if k not in own
    }
    assert admin.get(f"/credit_notes/{made.json['id']}").json == made.json
    shown = admin.get(f"/invoices/{invoice.id}").json
    assert (shown["credit_note_total"], shown["amount_due"], shown["status"]) == (3000, 0, "paid")
    assert shown["total"] == 10000


def test_what_is_told_decides_where_it_goes(admin: CheckedClient) -> None:
    invoice = create_invoice()
    create_payment(invoice_id=invoice.id)
    body = {"invoice_id": invoice.id, "refund_amount": 2000, "credit_amount": 1000}
    refused = admin.post("/credit_notes", body)
    assert (refused.status_code, refused.json["code"]) == (422, "settlement_out_of_range")
    made = admin.post("/credit_notes", {**body, "amount": 3000}).json
    assert (made["refund_amount"], made["credit_amount"]) == (2000, 1000)
    assert admin.get(f"/customers/{invoice.customer_id}").json["credit_balance"] == 1000


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": 10001}, "amount"),
        ({"amount": 0}, "amount"),
        ({"lines": []}, "lines"),
        ({"lines": [{"line": 1, "amount": 1}]}, "lines.0.line"),
        ({"lines": [{"line": 0, "amount": 10001}]}, "lines.0.amount"),
        ({"refund_amount": 1, "amount": 10}, "refund_amount"),
        ({"total": 1}, "total"),
    ],
)
def test_a_note_that_makes_no_sense_is_422(
    admin: CheckedClient, body: dict[str, object], field: str
) -> None:
    answer = admin.post("/credit_notes", {"invoice_id": create_invoice().id, **body})
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
    assert database().credit_notes.count_documents({}) == 0


def test_an_invoice_credited_whole_takes_no_more(admin: CheckedClient) -> None:
    note = create_credit_note()
    for path in ("/credit_notes", "/credit_notes/preview"):
        answer = admin.post(path, {"invoice_id": note.invoice_id})
        assert (answer.status_code, answer.json["code"]) == (409, "invoice_not_creditable")


def test_voiding_makes_it_due_again(admin: CheckedClient) -> None:
    note = create_credit_note(amount=4000)
    path = f"/credit_notes/{note.id}/void"
    answer = admin.post(path, {"reason": "Wrong"}, if_match='"1"')
    assert (answer.status_code, answer.json["status"]) == (200, "void")
    assert admin.get(f"/invoices/{note.invoice_id}").json["amount_due"] == 10000
    again = admin.post(path)
    assert (again.status_code, again.json["code"]) == (409, "credit_note_not_voidable")


def test_lists_filter(admin: CheckedClient) -> None:
    one, other = create_credit_note(), create_credit_note(amount=1)
    admin.post(f"/credit_notes/{other.id}/void")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/credit_notes?{query}").json["data"]]

    assert ids("") == [other.id, one.id]
    assert ids("status=issued") == ids(f"invoice_id={one.invoice_id}") == [one.id]
    assert ids(f"q={other.number}") == [other.id]
