"""Invoices in the browser."""

from __future__ import annotations

from typing import Any

import pytest

from billing.invoices.inputs import PayInvoice
from billing.invoices.queries import get_invoice, list_invoices
from billing.payments.pay_invoice import pay_invoice
from billing.payments.queries import payments_of
from tests.factories import create_customer, create_invoice, create_subscription
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

LINE = {
    "line_items-0-description": "Consulting",
    "line_items-0-quantity": "3",
    "line_items-0-unit_amount": "33.33",
}


def _new(admin: PageClient, **values: Any) -> str:
    customer = create_customer(name="Acme")
    seen = admin.submit(f"/invoices/new?customer_id={customer.id}", **{**LINE, **values})
    assert seen.status == 303, seen.alerts()
    return seen.to.rpartition("/")[2]


def test_an_invoice_is_written_and_issued(admin: PageClient) -> None:
    invoice = get_invoice(_new(admin, draft=None, notes="Thanks"))
    assert (invoice.status, invoice.total, invoice.currency) == ("open", 9999, "USD")
    seen = admin.get(f"/invoices/{invoice.id}")
    assert seen.title == invoice.number
    assert "$99.99" in seen.text
    assert "Thanks" in seen.text


def test_a_draft_is_kept_changed_and_issued(admin: PageClient) -> None:
    draft = _new(admin, draft="y")
    assert get_invoice(draft).is_draft
    page = admin.get(f"/invoices/{draft}/edit")
    changed = admin.send(page, draft="y", **{"line_items-0-quantity": "4"})
    assert "The draft is saved." in admin.follow(changed).text
    question = admin.get(f"/invoices/{draft}/finalize")
    assert "Acme will owe $133.32." in question.text
    assert admin.follow(admin.send(question)).title.startswith("INV-")


def test_every_line_explains_its_amount(admin: PageClient) -> None:
    invoice = list_invoices(customer_id=create_subscription(price=1999).customer_id).items[0]
    seen = admin.get(f"/invoices/{invoice['_id']}")
    assert "$19.99 (the price agreed for this subscription, version 1) = $19.99" in seen.text
    assert "$19.99" in seen.text
    assert "1999" in seen.text


def test_what_is_wrong_is_said_in_its_line_and_kept(admin: PageClient) -> None:
    customer = create_customer()
    typed = {
        "line_items-0-description": "Good",
        "line_items-0-unit_amount": "1",
        "line_items-1-description": "Bad",
        "line_items-1-quantity": "0",
        "line_items-1-unit_amount": "x",
    }
    seen = admin.submit(f"/invoices/new?customer_id={customer.id}", draft=None, **typed)
    assert seen.status == 422
    assert seen.error_of("line_items-1-quantity")
    assert "amount such as 49.00" in seen.error_of("line_items-1-unit_amount")
    assert seen.error_of("line_items-0-unit_amount") == ""
    assert {name: seen.values()[name] for name in typed} == typed
    assert list_invoices().total == 0


def test_blank_lines_between_do_not_shift_the_errors(admin: PageClient) -> None:
    customer = create_customer()
    typed = {"line_items-1-description": "Second row", "line_items-1-unit_amount": "x"}
    seen = admin.submit(f"/invoices/new?customer_id={customer.id}", draft=None, **typed)
    assert seen.error_of("line_items-1-unit_amount")


def test_an_invoice_without_lines_is_refused(admin: PageClient) -> None:
    customer = create_customer()
    seen = admin.submit(f"/invoices/new?customer_id={customer.id}", draft=None)
    assert seen.status == 422
    assert seen.error_of("line_items") == "Lines must not be empty."


def test_more_lines_by_a_button(admin: PageClient) -> None:
    customer = create_customer()
    page = admin.get(f"/invoices/new?customer_id={customer.id}")
    grown = admin.send(page, draft=None, rows="add:line_items", **LINE)
    assert grown.status == 200
    assert "line_items-2-description" in grown.values()
    assert grown.values()["line_items-0-description"] == "Consulting"


def test_a_payment_of_all_that_is_due(admin: PageClient) -> None:
    invoice = create_invoice()
    page = admin.get(f"/invoices/{invoice.id}/pay")
    assert "$100.00 is due" in page.text
    assert page.values()["amount"] == "100.00"
    seen = admin.follow(admin.send(page, method="card", reference="77"))
    assert get_invoice(invoice.id).status == "paid"
    assert "77" in seen.text
    assert f"/invoices/{invoice.id}/pay" not in seen.links()


def test_a_part_payment_leaves_the_rest_open(admin: PageClient) -> None:
    invoice = create_invoice()
    seen = admin.follow(admin.submit(f"/invoices/{invoice.id}/pay", amount="30"))
    assert "$70.00 is still due" in seen.text
    assert get_invoice(invoice.id).amount_due == 7000


def test_more_than_is_due_becomes_credit(admin: PageClient) -> None:
    invoice = create_invoice()
    admin.follow(admin.submit(f"/invoices/{invoice.id}/pay", amount="130"))
    assert get_invoice(invoice.id).status == "paid"
    (payment,) = payments_of(invoice.id)
    assert "Became credit $30.00" in admin.get(f"/payments/{payment['_id']}").text


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "all"])
def test_an_amount_that_cannot_be_is_refused_and_records_nothing(
    admin: PageClient, amount: str
) -> None:
    invoice = create_invoice()
    seen = admin.submit(f"/invoices/{invoice.id}/pay", amount=amount)
    assert seen.status == 422
    assert seen.error_of("amount")
    assert seen.values()["amount"] == amount
    assert payments_of(invoice.id) == []


def test_a_payment_sent_twice_is_recorded_once(admin: PageClient) -> None:
    invoice = create_invoice()
    page, tab = [admin.get(f"/invoices/{invoice.id}/pay") for _ in range(2)]
    assert [admin.send(page, amount="30").status for _ in range(2)] == [303, 303]
    assert admin.send(tab, amount="30").status == 409
    assert len(payments_of(invoice.id)) == 1


def test_voiding_says_the_amount_asks_why_and_keeps_the_number(admin: PageClient) -> None:
    invoice = create_invoice()
    page = admin.get(f"/invoices/{invoice.id}/void")
    assert page.title == f"Void {invoice.number}?"
    assert "no longer owe $100.00" in page.text
    seen = admin.follow(admin.send(page, reason="Sent twice"))
    assert get_invoice(invoice.id).status == "void"
    assert "“Sent twice”" in seen.text


def test_an_invoice_with_payments_cannot_be_voided(admin: PageClient) -> None:
    invoice = create_invoice()
    pay_invoice(invoice.id, PayInvoice(amount=100))
    assert f"/invoices/{invoice.id}/void" not in admin.get(f"/invoices/{invoice.id}").links()
    seen = admin.submit(f"/invoices/{invoice.id}/void")
    assert seen.status == 409
    assert "something was paid on it" in seen.alerts()


def test_giving_up_an_invoice_still_allows_payment(admin: PageClient) -> None:
    invoice = create_invoice()
    seen = admin.follow(admin.submit(f"/invoices/{invoice.id}/uncollectible"))
    assert "Uncollectible" in seen.text
    assert f"/invoices/{invoice.id}/pay" in seen.links()


def test_an_issued_invoice_is_not_edited(admin: PageClient) -> None:
    invoice = create_invoice()
    assert f"/invoices/{invoice.id}/edit" not in admin.get(f"/invoices/{invoice.id}").links()
    seen = admin.submit(f"/invoices/{invoice.id}/edit", notes="changed")
    assert seen.status == 409
    assert "only a draft can be changed" in seen.alerts()


def test_a_viewer_is_offered_nothing_to_do(visiting_as: Visitor) -> None:
    invoice = create_invoice()
    seen = visiting_as("viewer").get(f"/invoices/{invoice.id}")
    assert not any(link.endswith(("/pay", "/void", "/edit")) for link in seen.links())


def test_an_unknown_invoice_is_not_found(admin: PageClient) -> None:
    for path in ("", "/edit", "/finalize", "/pay", "/void", "/uncollectible"):
        assert admin.get(f"/invoices/inv_x{path}").status == 404
