"""Invoices, credit notes and receipts as PDF say what the books say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.actors import Actor, acting_as
from billing.credit_notes.errors import CreditNoteNotFound
from billing.customers.inputs import CustomerInput, as_input
from billing.customers.save_customer import update_customer
from billing.database import Database, Row
from billing.inputs import merge, parse
from billing.invoices.errors import InvoiceNotFound
from billing.invoices.inputs import VoidInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice_row
from billing.invoices.views import invoice_view
from billing.invoices.void import void_invoice
from billing.papers.errors import PaymentNotReceived
from billing.papers.queries import get_credit_note_paper, get_invoice_paper, get_receipt
from billing.papers.reader import reader_of
from billing.payments.errors import PaymentNotFound
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.seller.inputs import SettingsInput
from billing.seller.logos import save_logo
from billing.seller.save_settings import save_settings
from tests.billing.papers.reading import text_of
from tests.billing.seller.pictures import png
from tests.factories import (
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_tax_rate,
    create_test_clock,
)

pytestmark = pytest.mark.usefixtures("at_noon")

GERMAN = {"locale": "de", "currency": "EUR"}


@pytest.fixture(autouse=True)
def at_noon(db: Database[Row]) -> Any:
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        yield


def said_of(invoice: Invoice) -> str:
    return text_of(get_invoice_paper(invoice.id).pdf())


def taxed_invoice(**values: Any) -> Invoice:
    """Two rates, one of them contained, a coupon, and a payment of a part."""
    rates = [create_tax_rate().id, create_tax_rate(percentage="7", inclusive=True).id]
    lines = [
        {"description": "Work", "quantity": 3, "unit_amount": 12_500, "tax_rate_ids": rates[:1]},
        {"description": "Book", "quantity": 2, "unit_amount": "4280.5", "tax_rate_ids": rates[1:]},
    ]
    coupon = create_coupon(name="Spring", percent_off="12.5").code
    return create_invoice(line_items=lines, coupon=coupon, **values)


@pytest.mark.parametrize(
    ("currency", "locale"), [("USD", "en"), ("EUR", "de"), ("JPY", "ja"), ("KWD", "en-GB")]
)
def test_every_amount_is_the_one_the_api_tells(currency: str, locale: str) -> None:
    customer = create_customer(preferences={"currency": currency, "locale": locale})
    invoice = taxed_invoice(customer=customer)
    create_payment(invoice=invoice, amount=1000)
    create_credit_note(invoice=invoice, amount=500)
    told = invoice_view(get_invoice_row(invoice.id))
    said, reader = "".join(said_of(invoice).split()), reader_of(locale)
    amounts = [told[name] for name in ("subtotal", "total", "amount_due")]
    amounts += [-told[name] for name in ("discount_total", "amount_paid", "credit_note_total")]
    amounts += [line["amount"] for line in told["line_items"]]
    amounts += [line["unit_amount"] for line in told["line_items"]]
    amounts += [tax["amount"] for tax in told["taxes"]]
    assert told["tax_total"] == sum(tax["amount"] for tax in told["taxes"])
    for amount in amounts:
        assert "".join(reader.money(amount, currency).split()) in said


def test_an_invoice_says_who_owes_whom_what_until_when() -> None:
    bank = {"payment_instructions": "IBAN DE02 1203 0000 0000 2020 51"}
    seller = {"name": "Lovelace Ltd", "tax_id": "DE123456789", **bank}
    save_settings(parse(SettingsInput, seller))
    address = {"line1": "Main St 1", "city": "Springfield", "state": "IL", "postal_code": "62701",
               "country": "US"}  # fmt: skip
    customer = create_customer(
        name="Acme", address=address, tax_ids=[{"type": "us_ein", "value": "12-3456789"}]
    )
    said = said_of(create_invoice(customer=customer, purchase_order="PO-7", notes="Thank you."))
    for words in (
        "Invoice Lovelace Ltd Number INV-2026-000001 Date of issue November 23, 2026",
        "Date due December 7, 2026",
        "Purchase order PO-7",
        "From Lovelace Ltd VAT ID DE123456789",
        "Bill to Acme Main St 1 Springfield, IL 62701 United States",
        "Tax ID 12-3456789",
        "$100.00 due December 7, 2026",
        "Consulting 2 $50.00 $100.00",
        "Please pay $100.00 by December 7, 2026 and quote INV-2026-000001. IBAN DE02 1203 0000",
        "Notes Thank you.",
    ):
        assert words in said


def test_a_german_reads_german() -> None:
    rate = create_tax_rate(name="USt", percentage="19").id
    customer = create_customer(
        preferences=GERMAN, address={"country": "AT"}, tax_rate_ids=[rate], name="Söhne"
    )
    said = said_of(create_invoice(customer=customer))
    for words in (
        "Rechnung",
        "Ausstellungsdatum 23. November 2026",
        "An Söhne Österreich",
        "119,00 € fällig am 7. Dezember 2026",
        "Consulting 2 50,00 € 19 % 100,00 €",
        "USt 19 % auf 100,00 € 19,00 €",
        "Offener Betrag 119,00 €",
        "Bitte zahlen Sie 119,00 € bis zum 7. Dezember 2026",
        "Seite 1 von 1",
    ):
        assert words in said


def test_reverse_charge_is_said_in_the_customers_language() -> None:
    english = create_customer(tax_exempt="reverse")
    german = create_customer(tax_exempt="reverse", preferences=GERMAN)
    assert "the recipient is to account for the tax" in said_of(create_invoice(customer=english))
    assert "Steuerschuldnerschaft des Leistungsempf" in said_of(create_invoice(customer=german))


def test_drafts_void_invoices_and_trials_are_marked() -> None:
    draft = said_of(create_invoice(draft=True, customer=create_customer(name="Later")))
    assert "DRAFT" in draft
    assert "claims nothing" in draft
    assert "Later" in draft
    assert "How to pay" not in draft
    void = create_invoice()
    void_invoice(void.id, VoidInvoice())
    assert "VOID" in said_of(void)
    assert "Nothing is due" in said_of(void)
    trial = create_customer(test_clock_id=create_test_clock().id)
    assert "TEST" in said_of(create_invoice(customer=trial))
    plain = said_of(create_invoice())
    assert not any(mark in plain for mark in ("DRAFT", "VOID", "TEST"))


def test_what_was_paid_is_told_and_nothing_more_is_asked_for() -> None:
    invoice = create_invoice()
    create_payment(invoice=invoice)
    said = said_of(invoice)
    assert "$100.00 paid November 23, 2026" in said
    assert "Paid -$100.00 Amount due $0.00" in said
    assert "How to pay" not in said


def test_what_a_credit_note_took_off_was_not_paid() -> None:
    partly, wholly = create_invoice(), create_invoice()
    create_credit_note(invoice=partly, amount=2500)
    create_payment(invoice=partly, amount=7500)
    create_credit_note(invoice=wholly, amount=10000)
    headlines = [get_invoice_paper(invoice.id).data["headline"] for invoice in (partly, wholly)]
    assert headlines == ["$75.00 paid November 23, 2026", "Nothing is due"]


def test_an_invoice_keeps_its_parties() -> None:
    customer = create_customer(name="Before Ltd")
    invoice = create_invoice(customer=customer)
    first = get_invoice_paper(invoice.id)
    renamed = merge(CustomerInput, as_input(customer), {"name": "After Ltd"})
    update_customer(customer.id, renamed)
    save_settings(parse(SettingsInput, {"name": "New owner"}))
    save_logo(png(40, 20))
    assert get_invoice_paper(invoice.id).key == first.key
    assert "Before Ltd" in said_of(invoice)
    newer = get_invoice_paper(create_invoice(customer=customer).id)
    assert "After Ltd" in text_of(newer.pdf())
    assert b"/Subtype/Image" in newer.pdf()


def test_a_credit_note_says_what_it_takes_back_and_what_became_of_it() -> None:
    invoice = taxed_invoice()
    create_payment(invoice=invoice, amount=invoice.total - 2000)
    note = create_credit_note(invoice=invoice, amount=5000, reason="Half a day less")
    said = text_of(get_credit_note_paper(note.id).pdf())
    assert f"Credit note Your company Number {note.number}" in said
    assert f"Invoice {invoice.number}" in said
    assert "Total $50.00 Taken off the amount due $20.00 Refunded $30.00" in said
    assert "Half a day less" in said


def test_a_receipt_says_what_came_in_and_what_went_back() -> None:
    invoice = create_invoice()
    payment = create_payment(invoice=invoice, amount=15000, reference="Statement 12")
    said = text_of(get_receipt(payment.id).pdf())
    for words in (
        "$150.00 received November 23, 2026",
        "Payment method Bank transfer",
        "Statement 12",
        f"Invoice {invoice.number} November 23, 2026 $100.00 Your credit $50.00",
        "Amount received $150.00",
    ):
        assert words in said
    refund_payment(payment.id, RefundInput(amount=2500))
    after = text_of(get_receipt(payment.id).pdf())
    assert "Refunded November 23, 2026 -$25.00 Kept $125.00" in after


def test_money_that_did_not_come_in_has_no_receipt() -> None:
    failed = create_payment(provider="fake", method="card", reference="fake_decline")
    with pytest.raises(PaymentNotReceived):
        get_receipt(failed.id)


def test_a_customer_gets_only_its_own() -> None:
    invoice = create_invoice()
    payment, note = create_payment(invoice=invoice), create_credit_note(invoice=invoice)
    stranger = Actor(type="user", role="customer", customer_id=create_customer().id)
    with acting_as(stranger):
        with pytest.raises(InvoiceNotFound):
            get_invoice_paper(invoice.id)
        with pytest.raises(CreditNoteNotFound):
            get_credit_note_paper(note.id)
        with pytest.raises(PaymentNotFound):
            get_receipt(payment.id)
    with acting_as(Actor(type="user", role="customer", customer_id=invoice.customer_id)):
        assert get_receipt(payment.id).pdf()


def test_any_number_is_a_safe_file_name() -> None:
    paper = get_invoice_paper(create_invoice().id)
    odd = type(paper)('../R\u00e9/1";\r\nX: y', paper.data, paper.created)
    assert odd.disposition("attachment") == (
        'attachment; filename="..-R_-1-; X- y.pdf"; '
        "filename*=UTF-8''..-R%C3%A9-1-%3B%20X-%20y.pdf"
    )
