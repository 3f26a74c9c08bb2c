"""A customer's statement as PDF says what the statement says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from billing import clock
from billing.customers.models import Customer
from billing.database import Database, Row
from billing.invoices.inputs import VoidInvoice
from billing.invoices.void import void_invoice
from billing.papers.queries import get_statement_paper
from billing.papers.reader import reader_of
from billing.payments.inputs import RefundInput
from billing.payments.refund import refund_payment
from billing.reports.statement import customer_statement
from billing.reports.statement_balances import StatementTooLong
from tests.billing.papers.reading import pages_of, text_of
from tests.factories import create_credit_note, create_customer, create_invoice, create_payment

BEGIN, END = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture(autouse=True)
def in_november(db: Database[Row]) -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        yield


def busy_customer(locale: str = "en") -> Customer:
    """Something of each kind; an invoice of October stays open."""
    customer = create_customer(name="Acme", preferences={"locale": locale})
    with clock.frozen(datetime(2026, 10, 5, 12, tzinfo=UTC)):
        create_invoice(customer=customer)
    invoice = create_invoice(customer=customer)
    payment = create_payment(invoice=invoice, amount=12000)
    refund_payment(payment.id, RefundInput(amount=500))
    create_credit_note(invoice=create_invoice(customer=customer), amount=2500)
    void_invoice(create_invoice(customer=customer).id, VoidInvoice())
    create_invoice(customer=customer, currency="EUR")
    return customer


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_line_and_sum_is_the_statements(locale: str) -> None:
    customer, reader = busy_customer(locale), reader_of(locale)
    said = "".join(text_of(get_statement_paper(customer.id, BEGIN, END).pdf()).split())
    statement = customer_statement(customer.id, BEGIN, END)
    assert [balance.currency for balance in statement.balances] == ["EUR", "USD"]
    for balance in statement.balances:
        sums = [balance.opening, balance.charged, -balance.credited, balance.closing]
        for amount in [*sums, *(a for move, after in balance.lines for a in (move.change, after))]:
            assert "".join(reader.money(amount, balance.currency).split()) in said
        for move, _ in balance.lines:
            assert "".join(reader.short_day(move.day).split()) in said
            assert (move.number or "") in said


def test_it_is_worded_for_who_reads_it() -> None:
    said = text_of(get_statement_paper(busy_customer().id, BEGIN, END).pdf())
    for words in (
        "Statement of account",
        "Period Nov 1 \u2013 30, 2026",
        "Bill to Acme",
        "\u20ac100.00 due, $155.00 due",
        "Date Description Change Balance",
        "Payment for INV-2026-000002 -$120.00",
        "Refund of $5.00 for INV-2026-000002 $0.00",
        "Credit note CN-2026-000001 -$25.00",
        "voided -$100.00",
        "Opening balance $100.00",
    ):
        assert words in said
    german = text_of(get_statement_paper(busy_customer("de").id, BEGIN, END).pdf())
    for words in ("Kontoauszug", "Anfangssaldo", "Zahlung zu INV-", "storniert", "Endsaldo"):
        assert words in german


def test_a_customer_without_movements_owes_nothing() -> None:
    paper = get_statement_paper(create_customer().id)
    said = text_of(paper.pdf())
    assert "Nothing is due" in said
    assert "no movements" in said
    assert paper.name == "Statement of account 2026-11-23"


def test_a_long_one_goes_over_many_pages() -> None:
    customer = create_customer()
    for _ in range(60):
        create_invoice(customer=customer)
    pages = pages_of(get_statement_paper(customer.id).pdf())
    assert len(pages) == 2
    assert all("Date Description Change Balance" in page for page in pages)
    assert "Closing balance $6,000.00" in pages[-1]
    assert "INV-2026-000060" in pages[-1]


def test_one_that_is_too_long_to_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.papers.queries.MOST_LINES", 1)
    customer = create_customer()
    create_invoice(customer=customer)
    assert get_statement_paper(customer.id)
    create_invoice(customer=customer)
    with pytest.raises(StatementTooLong, match="shorter time"):
        get_statement_paper(customer.id)
