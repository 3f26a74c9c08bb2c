"""Credit notes in the browser: what is issued is what was seen."""

from __future__ import annotations

import pytest

from billing.credit_notes.queries import credit_notes_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.invoices.inputs import PayInvoice
from billing.invoices.queries import get_invoice
from billing.payments.pay_invoice import pay_invoice
from tests.factories import create_credit_note, create_customer, create_invoice
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

TWO_LINES = [
    {"description": "Consulting", "unit_amount": 7000},
    {"description": "Travel", "unit_amount": 3000},
]


def test_a_preview_says_what_will_happen_and_writes_nothing(admin: PageClient) -> None:
    invoice = create_invoice()
    pay_invoice(invoice.id, PayInvoice(amount=6000))
    assert f"/invoices/{invoice.id}/credit" in admin.get(f"/invoices/{invoice.id}").links()
    page = admin.get(f"/invoices/{invoice.id}/credit")
    assert page.title == f"Credit {invoice.number}"
    seen = admin.send(page, amount="50", reason="Broken")
    assert seen.status == 200
    assert "Comes off what is due $40.00 Is refunded $10.00 Becomes credit $0.00" in seen.text
    assert credit_notes_of(invoice.id) == []
    issued = admin.follow(admin.send(seen))
    (note,) = credit_notes_of(invoice.id)
    assert issued.title == note["number"] == f"CN-{note['issue_date'][:4]}-000001"
    assert "$40.00 less due, $10.00 refunded" in issued.text
    assert "Broken" in issued.text
    assert get_invoice(invoice.id).amount_due == 0


def test_what_was_changed_after_the_preview_is_previewed_again(admin: PageClient) -> None:
    invoice = create_invoice()
    seen = admin.submit(f"/invoices/{invoice.id}/credit", amount="50")
    changed = admin.send(seen, amount="60")
    assert changed.status == 200
    assert "Comes off what is due $60.00" in changed.text
    assert credit_notes_of(invoice.id) == []
    assert admin.send(changed).status == 303


def test_blank_credits_all_that_is_left(admin: PageClient) -> None:
    invoice = create_invoice()
    create_credit_note(invoice=invoice, amount=1000)
    seen = admin.submit(f"/invoices/{invoice.id}/credit")
    admin.follow(admin.send(seen))
    assert [note["total"] for note in credit_notes_of(invoice.id)] == [1000, 9000]
    assert f"/invoices/{invoice.id}/credit" not in admin.get(f"/invoices/{invoice.id}").links()


def test_lines_are_credited_by_their_amounts(admin: PageClient) -> None:
    invoice = create_invoice(line_items=TWO_LINES)
    page = admin.get(f"/invoices/{invoice.id}/credit")
    assert "Travel $30.00 left" in page.text
    seen = admin.send(page, **{"lines-1-amount": "12.50"})
    admin.follow(admin.send(seen))
    (note,) = credit_notes_of(invoice.id)
    assert [(line["line"], line["amount"]) for line in note["lines"]] == [(1, 1250)]


def test_what_is_wrong_is_said_in_its_line_and_kept(admin: PageClient) -> None:
    invoice = create_invoice(line_items=TWO_LINES)
    typed = {"lines-0-amount": "1", "lines-1-amount": "30.01"}
    seen = admin.submit(f"/invoices/{invoice.id}/credit", **typed)
    assert seen.status == 422
    assert seen.error_of("lines-1-amount") == "Only $30.00 of it is left."
    assert {name: seen.values()[name] for name in typed} == typed
    both = admin.submit(f"/invoices/{invoice.id}/credit", amount="1", **{"lines-0-amount": "1"})
    assert both.status == 422
    assert "give either lines or an amount" in both.html.lower()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount", "100.01", "Only $100.00"),
        ("amount", "x", "amount such as 49.00"),
        ("refund_amount", "1", "More is to be refunded"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_beside_it(
    admin: PageClient, field: str, value: str, said: str
) -> None:
    invoice = create_invoice()
    seen = admin.submit(f"/invoices/{invoice.id}/credit", **{field: value})
    assert seen.status == 422
    assert said in seen.error_of(field)
    assert credit_notes_of(invoice.id) == []


def test_sent_twice_it_is_issued_once(admin: PageClient) -> None:
    invoice = create_invoice()
    seen, tab = [admin.submit(f"/invoices/{invoice.id}/credit", amount="10") for _ in range(2)]
    assert [admin.send(seen).status for _ in range(2)] == [303, 303]
    again = admin.send(tab)
    assert again.status == 409
    assert "Somebody changed this" in again.alerts()
    assert len(credit_notes_of(invoice.id)) == 1


def test_a_draft_is_not_credited(admin: PageClient) -> None:
    draft = create_invoice(draft=True)
    assert f"/invoices/{draft.id}/credit" not in admin.get(f"/invoices/{draft.id}").links()
    seen = admin.submit(f"/invoices/{draft.id}/credit")
    assert seen.status == 409
    assert "it is draft" in seen.alerts()


def test_voiding_says_what_it_takes_back(admin: PageClient) -> None:
    invoice = create_invoice()
    note = create_credit_note(invoice=invoice, amount=4000)
    page = admin.get(f"/credit-notes/{note.id}/void")
    assert "$40.00 is due again." in page.text
    seen = admin.follow(admin.send(page, reason="Wrong invoice"))
    assert "Void" in seen.text
    assert get_invoice(invoice.id).amount_due == 10000
    assert f"/credit-notes/{note.id}/void" not in seen.links()
    again = admin.submit(f"/credit-notes/{note.id}/void")
    assert again.status == 409


def test_the_list_finds_by_number_and_status(admin: PageClient) -> None:
    note = create_credit_note()
    assert note.number in admin.get(f"/credit-notes?q={note.number.lower()}").text
    assert "Nothing matches" in admin.get("/credit-notes?status=void").text


def test_the_customer_reads_of_it_on_their_invoice(visiting_as: Visitor) -> None:
    customer = create_customer()
    invoice = create_invoice(customer=customer)
    note = create_credit_note(invoice=invoice, amount=1000)
    buyer = visiting_as("customer", customer_id=customer.id)
    seen = buyer.get(f"/account/invoices/{invoice.id}")
    assert note.number in seen.text
    assert "$10.00" in seen.text
    assert not any(link.startswith("/credit-notes") for link in seen.links())


def test_a_viewer_is_offered_nothing_to_do(visiting_as: Visitor) -> None:
    note = create_credit_note(amount=1)
    viewer = visiting_as("viewer")
    assert f"/credit-notes/{note.id}/void" not in viewer.get(f"/credit-notes/{note.id}").links()
    links = viewer.get(f"/invoices/{note.invoice_id}").links()
    assert f"/invoices/{note.invoice_id}/credit" not in links


def test_an_unknown_credit_note_is_not_found(admin: PageClient) -> None:
    for path in ("/credit-notes/cn_x", "/credit-notes/cn_x/void", "/invoices/inv_x/credit"):
        assert admin.get(path).status == 404


def test_one_that_was_imported_stands_without_its_invoice(
    admin: PageClient, db: Database[Row]
) -> None:
    note = create_credit_note()
    db.credit_notes.update_one({"_id": note.id}, {"$set": {"invoice_id": None}})
    seen = admin.get(f"/credit-notes/{note.id}")
    assert f"$100.00 for {get_customer_row(note.customer_id)['name']}" in seen.text
    assert f"/credit-notes/{note.id}/void" not in seen.links()
    refused = admin.submit(f"/credit-notes/{note.id}/void")
    assert refused.status == 409
    assert "imported without its invoice" in refused.alerts()
