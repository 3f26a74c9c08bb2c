"""Paying, voiding and giving up invoices: a refusal records nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from billing import clock
from billing.customers.credit import add_credit, credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import StaleRevision
from billing.invoices.errors import (
    InvoiceNotFound,
    InvoiceNotPayable,
    InvoiceNotUncollectible,
    InvoiceNotVoidable,
)
from billing.invoices.inputs import PayInvoice, VoidInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.pay_invoice import pay_invoice
from billing.payments.queries import payments_of
from billing.transactions import in_transaction
from tests.factories import create_customer, create_invoice

TOTAL = 10000


def draft() -> Invoice:
    return create_invoice(draft=True)


def paid() -> Invoice:
    return pay_invoice(create_invoice().id)


def partly_paid() -> Invoice:
    return pay_invoice(create_invoice().id, PayInvoice(amount=1))


def void() -> Invoice:
    return void_invoice(create_invoice().id)


def uncollectible() -> Invoice:
    return mark_uncollectible(create_invoice().id)


def snapshot(db: Database[Row]) -> list[list[Row]]:
    """All that a payment could touch."""
    return [list(db[name].find().sort("_id")) for name in ("invoices", "payments", "events")]


def test_payments_of_nobodys_invoice_are_not_found(db: Database[Row]) -> None:
    with pytest.raises(InvoiceNotFound):
        payments_of("inv_01JD0000000000000000000000")


def test_a_payment_pays_all_that_is_due_unless_told_otherwise(db: Database[Row]) -> None:
    customer = create_customer(preferences={"timezone": "Pacific/Kiritimati"})
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        invoice = pay_invoice(create_invoice(customer=customer).id, expected_revision=2)
    assert (invoice.status, invoice.amount_paid, invoice.amount_due) == ("paid", TOTAL, 0)
    assert invoice.paid_date == date(2026, 11, 24)
    (payment,) = payments_of(invoice.id)
    assert (payment["amount"], payment["currency"], payment["status"]) == (
        TOTAL,
        "USD",
        "succeeded",
    )
    assert (payment["method"], payment["provider"]) == ("bank_transfer", "manual")
    assert payment["customer_id"] == customer.id


def test_parts_add_up_to_the_whole(db: Database[Row]) -> None:
    invoice = create_invoice()
    first = pay_invoice(invoice.id, PayInvoice(amount=4000, method="card", reference="R-1"))
    assert (first.status, first.amount_paid, first.amount_due) == ("open", 4000, 6000)
    assert first.paid_date is None
    last = pay_invoice(invoice.id, PayInvoice(paid_date=date(2026, 12, 1)))
    assert (last.status, last.amount_paid, last.amount_due) == ("paid", TOTAL, 0)
    assert last.paid_date == date(2026, 12, 1)
    assert [p["amount"] for p in payments_of(invoice.id)] == [4000, 6000]
    assert [p.get("provider_reference") for p in payments_of(invoice.id)] == ["R-1", None]


def test_more_than_is_due_pays_the_invoice_and_the_rest_is_credit(db: Database[Row]) -> None:
    invoice = pay_invoice(create_invoice().id, PayInvoice(amount=9000))
    done = pay_invoice(invoice.id, PayInvoice(amount=1001))
    assert (done.status, done.amount_paid, done.amount_due) == ("paid", TOTAL, 0)
    assert credit_of(get_customer_row(done.customer_id)) == 1
    assert [p["credited_amount"] for p in payments_of(invoice.id)] == [0, 1]


def test_what_was_given_up_can_still_be_paid(db: Database[Row]) -> None:
    part = pay_invoice(uncollectible().id, PayInvoice(amount=1))
    assert part.status == "uncollectible"
    assert pay_invoice(part.id).status == "paid"


REFUSED: list[tuple[Callable[[str], Any], type[Exception], Callable[[], Invoice]]] = [
    *((pay_invoice, InvoiceNotPayable, state) for state in (draft, paid, void)),
    *((void_invoice, InvoiceNotVoidable, state) for state in (draft, paid, partly_paid, void)),
    *(
        (mark_uncollectible, InvoiceNotUncollectible, state)
        for state in (draft, paid, void, uncollectible)
    ),
]


@pytest.mark.parametrize(("operation", "refusal", "state"), REFUSED)
def test_a_refused_move_records_nothing(
    db: Database[Row],
    operation: Callable[[str], Any],
    refusal: type[Exception],
    state: Callable[[], Invoice],
) -> None:
    invoice = state()
    before = snapshot(db)
    with pytest.raises(refusal):
        operation(invoice.id)
    assert snapshot(db) == before


def test_a_void_invoice_keeps_its_number_and_owes_nothing(db: Database[Row]) -> None:
    invoice = create_invoice()
    done = void_invoice(invoice.id, VoidInvoice(reason="Wrong customer"), expected_revision=2)
    assert (done.status, done.number, done.total) == ("void", invoice.number, TOTAL)
    assert (done.amount_due, done.voided_at is None) == (0, False)
    event = db.events.find_one({"type": "invoice.voided"})
    assert event
    assert event["reason"] == "Wrong customer"
    assert create_invoice().number[-6:] == "000002"


def test_credit_that_a_void_invoice_had_used_comes_back(db: Database[Row]) -> None:
    customer = create_customer()
    in_transaction(lambda: add_credit(customer.id, "USD", 3000, reason="goodwill"))
    invoice = create_invoice(customer=customer)
    assert (invoice.credit_applied, invoice.amount_due) == (3000, 7000)
    void_invoice(invoice.id)
    assert credit_of(get_customer_row(customer.id)) == 3000


def test_what_was_given_up_can_be_voided(db: Database[Row]) -> None:
    assert void_invoice(uncollectible().id).status == "void"


def test_voiding_tells_why_it_cannot(db: Database[Row]) -> None:
    with pytest.raises(InvoiceNotVoidable, match="something was paid on it"):
        void_invoice(partly_paid().id)
    with pytest.raises(InvoiceNotVoidable, match="it is draft"):
        void_invoice(draft().id)


def test_an_old_revision_settles_nothing(db: Database[Row]) -> None:
    invoice = create_invoice()
    before = snapshot(db)
    for operation in (pay_invoice, void_invoice, mark_uncollectible):
        with pytest.raises(StaleRevision):
            operation(invoice.id, expected_revision=1)
    assert snapshot(db) == before
    assert get_invoice(invoice.id).revision == 2
