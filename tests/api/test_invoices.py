"""Invoices over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from billing import clock
from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_customer, create_invoice, create_subscription

TODAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
LINES = [{"description": "Setting up", "quantity": 2, "unit_amount": 5000}]


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(TODAY):
        yield


def test_nobody_sees_invoices_without_a_token(anonymous: CheckedClient) -> None:
    assert anonymous.get("/invoices").status_code == 401
    assert anonymous.put("/invoices/inv_1/pay").status_code == 401


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_record_payments_is_told_the_scope(speaking_as: Speaker, role: str) -> None:
    invoice = create_invoice()
    answer = speaking_as(role).put(f"/invoices/{invoice.id}/pay")
    assert answer.status_code == 403
    assert "write:invoices" in answer.json["detail"]
    assert database().payments.count_documents({}) == 0


def test_a_stranger_finds_no_other_customers_invoice(stranger: CheckedClient) -> None:
    invoice = create_invoice()
    assert stranger.get(f"/invoices/{invoice.id}").status_code == 404
    assert stranger.get("/invoices").json["total"] == 0
    assert stranger.get(f"/invoices?number={invoice.number}").json["total"] == 0
    assert stranger.get("/invoices?q=Setting").json["total"] == 0


def test_a_customer_sees_their_own_but_no_draft(speaking_as: Speaker) -> None:
    customer = create_customer()
    issued = create_invoice(customer_id=customer.id)
    draft = create_invoice(customer_id=customer.id, draft=True)
    client = speaking_as("customer", customer_id=customer.id)
    assert [row["id"] for row in client.get("/invoices").json["data"]] == [issued.id]
    assert client.get(f"/invoices/{draft.id}").status_code == 404


def test_lines_of_ones_own_make_an_invoice_at_once(admin: CheckedClient) -> None:
    customer = create_customer(preferences={"currency": "EUR", "payment_terms_days": 30})
    lines = [*LINES, {"description": "Calls", "quantity": 3, "unit_amount": "0.5"}]
    body = {"customer_id": customer.id, "line_items": lines, "purchase_order": "PO 7"}
    answer = admin.post("/invoices", body)
    assert answer.status_code == 201
    assert answer.json["number"] == "INV-2026-000001"
    assert (answer.json["status"], answer.json["currency"]) == ("open", "EUR")
    assert [line["amount"] for line in answer.json["line_items"]] == [10000, 2]
    assert answer.json["total"] == answer.json["amount"] == answer.json["amount_due"] == 10002
    assert (answer.json["issue_date"], answer.json["due_date"]) == ("2026-11-23", "2026-12-23")
    assert admin.get(f"/invoices/{answer.json['id']}").json == answer.json
    assert answer.json["line_items"][0]["explanation"]


def test_a_subscription_that_owes_nothing_is_not_billed(admin: CheckedClient) -> None:
    subscription = create_subscription()
    refused = admin.post("/invoices", {"subscription_id": subscription.id})
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_due")


def test_billing_a_subscription_when_its_next_period_has_begun(speaking_as: Speaker) -> None:
    subscription = create_subscription()
    with clock.frozen(datetime(2026, 12, 23, 10, tzinfo=UTC)):
        answer = speaking_as("billing").post("/invoices", {"subscription_id": subscription.id})
    assert answer.status_code == 201
    assert answer.json["period_start"] == "2026-12-23"
    assert answer.json["subscription_id"] == subscription.id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"line_items": LINES}, "customer_id"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"description": "x"}]}, "line_items.0.unit_amount"),
        ({"line_items": [{**LINES[0], "quantity": 1.5}]}, "line_items.0.quantity"),
        ({"line_items": [{**LINES[0], "unit_amount": 0.1}]}, "line_items.0.unit_amount"),
        ({"line_items": [{**LINES[0], "unit_amount": "NaN"}]}, "line_items.0.unit_amount"),
        ({"line_items": [{**LINES[0], "tax": 1}]}, "line_items.0.tax"),
        ({"line_items": [{**LINES[0], "unit_amount": -(10**12), "quantity": 1}] * 2}, "line_items"),
        ({"line_items": [{**LINES[0], "tax_rate_ids": ["19"]}]}, "line_items.0.tax_rate_ids.0"),
        ({"line_items": LINES, "coupon": "NOSUCH"}, "coupon"),
        ({"line_items": LINES, "currency": "EURO"}, "currency"),
        ({"line_items": LINES, "due_date": "soon"}, "due_date"),
        ({"line_items": LINES, "draft": "yes"}, "draft"),
        ({"line_items": LINES, "number": "INV-1"}, "number"),
        ({"subscription_id": f"sub_{'0' * 26}", "line_items": LINES}, "line_items"),
    ],
)
def test_an_invoice_that_makes_no_sense_is_422(
    admin: CheckedClient, body: dict[str, object], field: str
) -> None:
    if field != "customer_id" and "subscription_id" not in body:
        body = {"customer_id": create_customer().id, **body}
    answer = admin.post("/invoices", body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
    assert database().invoices.count_documents({}) == 0


def test_a_draft_can_be_changed_and_issued(admin: CheckedClient) -> None:
    draft = create_invoice(draft=True)
    path = f"/invoices/{draft.id}"
    shown = admin.get(path).json
    assert (shown["status"], shown["number"]) == ("draft", None)
    patched = admin.patch(path, {"notes": "Thank you"}).json
    assert (patched["status"], patched["notes"], patched["total"]) == ("draft", "Thank you", 10000)
    body = {"customer_id": draft.customer_id, "line_items": LINES[:1] * 2, "draft": True}
    replaced = admin.put(path, body).json
    assert (replaced["total"], replaced["notes"]) == (20000, None)
    issued = admin.post(f"{path}/finalize")
    assert (issued.status_code, issued.json["number"]) == (200, "INV-2026-000001")
    again = admin.post(f"{path}/finalize")
    assert (again.status_code, again.json["code"]) == (409, "invoice_not_finalizable")


def test_an_issued_invoice_never_changes_in_what_it_claims(admin: CheckedClient) -> None:
    invoice = create_invoice()
    body = {"customer_id": invoice.customer_id, "line_items": LINES}
    for answer in (
        admin.put(f"/invoices/{invoice.id}", body),
        admin.patch(f"/invoices/{invoice.id}", {"notes": "x"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "invoice_not_editable")


def test_paying_without_a_word_pays_all_that_is_due(admin: CheckedClient) -> None:
    invoice = create_invoice()
    answer = admin.put(f"/invoices/{invoice.id}/pay")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["amount_due"]) == ("paid", 0)
    assert (answer.json["amount_paid"], answer.json["paid_date"]) == (10000, "2026-11-23")
    again = admin.put(f"/invoices/{invoice.id}/pay", {})
    assert (again.status_code, again.json["code"]) == (409, "invoice_not_payable")
    assert database().payments.count_documents({}) == 1


def test_paying_in_parts(admin: CheckedClient) -> None:
    path = f"/invoices/{create_invoice().id}/pay"
    body = {"amount": 4000, "method": "cash", "paid_date": "2026-11-20", "reference": "R1"}
    first = admin.put(path, body).json
    assert (first["status"], first["amount_due"]) == ("open", 6000)
    rest = admin.put(path, {"amount": 6001.0}).json
    assert (rest["status"], rest["amount_paid"], rest["amount_due"]) == ("paid", 10000, 0)
    (customer,) = admin.get("/customers").json["data"]
    assert customer["credit_balance"] == 1


@pytest.mark.parametrize("amount", [0, -5, "100", 1.5, True, {"$gt": 0}])
def test_a_payment_of_nothing_sensible_is_422(admin: CheckedClient, amount: object) -> None:
    answer = admin.put(f"/invoices/{create_invoice().id}/pay", {"amount": amount})
    assert answer.status_code == 422
    assert database().payments.count_documents({}) == 0


def test_voiding_keeps_the_number_and_leaves_nothing_due(admin: CheckedClient) -> None:
    invoice = create_invoice()
    answer = admin.post(f"/invoices/{invoice.id}/void", {"reason": "Sent twice"})
    assert (answer.status_code, answer.json["status"]) == (200, "void")
    assert (answer.json["number"], answer.json["amount_due"]) == (invoice.number, 0)
    again = admin.post(f"/invoices/{invoice.id}/void")
    assert (again.status_code, again.json["code"]) == (409, "invoice_not_voidable")


def test_what_was_given_up_can_still_be_paid(admin: CheckedClient) -> None:
    path = f"/invoices/{create_invoice().id}"
    assert admin.post(f"{path}/mark_uncollectible").json["status"] == "uncollectible"
    again = admin.post(f"{path}/mark_uncollectible")
    assert (again.status_code, again.json["code"]) == (409, "invoice_not_uncollectible")
    assert admin.put(f"{path}/pay").json["status"] == "paid"


def test_an_invoice_is_sent_to_its_customer_or_where_one_says(admin: CheckedClient) -> None:
    ada = create_customer(email="ada@example.com", preferences={"locale": "de"})
    invoice = create_invoice(customer_id=ada.id)
    path = f"/invoices/{invoice.id}/send"
    assert (admin.post(path).status_code, admin.post(path).json["id"]) == (200, invoice.id)
    assert admin.post(path, {"to": "books@example.com"}).status_code == 200
    mails = list(database().mails.find().sort("_id"))
    assert [mail["to"] for mail in mails] == ["ada@example.com"] * 2 + ["books@example.com"]
    assert mails[0]["language"] == "de"
    assert mails[0]["document"] == ["invoice", invoice.id]
    sent = database().events.count_documents({"type": "invoice.sent", "object_id": invoice.id})
    assert sent == 3


def test_what_claims_nothing_is_not_sent_nor_what_leads_nowhere(admin: CheckedClient) -> None:
    draft, invoice = create_invoice(draft=True), create_invoice()
    refused = admin.post(f"/invoices/{draft.id}/send")
    assert (refused.status_code, refused.json["code"]) == (409, "invoice_not_sendable")
    wrong = admin.post(f"/invoices/{invoice.id}/send", {"to": "nobody"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "to")
    database().customers.update_one({"_id": invoice.customer_id}, {"$set": {"email": ""}})
    nowhere = admin.post(f"/invoices/{invoice.id}/send")
    assert (nowhere.status_code, nowhere.json["code"]) == (409, "customer_without_email")
    admin.post(f"/invoices/{invoice.id}/void")
    assert admin.post(f"/invoices/{invoice.id}/send").json["code"] == "invoice_not_sendable"
    assert database().mails.count_documents({}) == 0


def test_lists_filter(admin: CheckedClient) -> None:
    ada = create_customer(name="Ada Lovelace")
    with clock.frozen(datetime(2026, 9, 1, tzinfo=UTC)):
        old = create_invoice(customer_id=ada.id, currency="EUR")
    new = create_invoice()
    draft = create_invoice(draft=True)

    def ids(query: str) -> list[str]:
        return [row["id"] for row in admin.get(f"/invoices?{query}").json["data"]]

    assert ids("overdue=true") == [old.id]
    assert set(ids("overdue=false")) == {new.id, draft.id}
    assert ids("status=draft") == [draft.id]
    assert ids(f"customer_id={ada.id}") == [old.id]
    assert ids(f"number={new.number}") == [new.id]
    assert ids("currency=EUR") == [old.id]
    assert ids("issue_date[gte]=2026-11-23") == [new.id]
    assert ids("issue_date[lt]=2026-11-23") == [old.id]
    assert ids("q=love") == [old.id]
    assert ids("q=INV-2026") == [new.id, old.id]
    assert ids("sort=issue_date&status=open") == [old.id, new.id]
