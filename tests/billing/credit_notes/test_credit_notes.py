"""Credit notes as documents: what they do to the invoice, the payments and the customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.credit_notes.errors import (
    CreditExceedsInvoice,
    CreditLineUnknown,
    CreditNoteNotFound,
    CreditNoteNotVoidable,
    InvoiceNotCreditable,
    SettlementOutOfRange,
)
from billing.credit_notes.inputs import CreditNoteInput, VoidCreditNote
from billing.credit_notes.prepare import lines_left
from billing.credit_notes.queries import credit_notes_of, get_credit_note, list_credit_notes
from billing.credit_notes.void import void_credit_note
from billing.customers.credit import add_credit, credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import BillingError, Conflict, Invalid, StaleRevision
from billing.inputs import parse
from billing.invoices.errors import InvoiceNotFound, InvoiceNotVoidable
from billing.invoices.inputs import PayInvoice
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.void import mark_uncollectible, void_invoice
from billing.payments.credit_invoice import create_credit_note as issue
from billing.payments.credit_invoice import preview_credit_note
from billing.payments.inputs import RefundInput
from billing.payments.pay_invoice import pay_invoice
from billing.payments.queries import payments_of, refunds_of
from billing.payments.refund import refund_payment
from billing.transactions import in_transaction
from tests.billing.invoices.test_concurrency import at_once
from tests.factories import create_credit_note, create_invoice

TWO_LINES = [
    {"description": "Consulting", "quantity": 1, "unit_amount": 7000},
    {"description": "Travel", "quantity": 1, "unit_amount": 3000},
]


def credit(invoice: Invoice) -> int:
    return credit_of(get_customer_row(invoice.customer_id))


def parts(note: Any) -> tuple[int, int, int]:
    return (note.due_reduction, note.refund_amount, note.credit_amount)


def balanced(invoice_id: str) -> Invoice:
    """The invoice, whose amounts must add up."""
    found = get_invoice(invoice_id)
    owed = found.total - found.credit_applied - found.amount_paid - found.credit_note_total
    assert found.amount_due == owed >= 0
    return found


def test_nobodys_credit_note_is_not_found(db: Database[Row]) -> None:
    with pytest.raises(CreditNoteNotFound):
        get_credit_note("cn_01JD0000000000000000000000")
    with pytest.raises(InvoiceNotFound):
        issue(CreditNoteInput(invoice_id="inv_01JD0000000000000000000000"))


def test_a_note_reduces_what_is_due(db: Database[Row]) -> None:
    invoice = create_invoice()
    with clock.frozen(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        note = create_credit_note(invoice=invoice, amount=3000, reason="Late delivery")
    assert (note.number, note.status, note.total) == ("CN-2026-000001", "issued", 3000)
    assert parts(note) == (3000, 0, 0)
    assert note.lines == [
        {"line": 0, "description": "Consulting", "amount": 3000, "tax_amount": 0, "taxes": []}
    ]
    after = balanced(invoice.id)
    assert (after.status, after.amount_due, after.credit_note_total) == ("open", 7000, 3000)
    assert after.total == invoice.total
    event = db.events.find_one({"type": "credit_note.issued"}) or {}
    assert event["reason"] == "Late delivery"


def test_an_invoice_credited_whole_is_paid_and_owes_nothing(db: Database[Row]) -> None:
    invoice = create_invoice()
    create_credit_note(invoice=invoice, amount=1)
    note = create_credit_note(invoice=invoice)
    assert note.total == 9999
    after = balanced(invoice.id)
    assert (after.status, after.amount_due, after.paid_date) == ("paid", 0, note.issue_date)
    with pytest.raises(InvoiceNotCreditable, match="nothing of it is left"):
        create_credit_note(invoice=invoice)


def test_what_was_paid_is_refunded_and_the_invoice_still_says_it_was_paid(
    db: Database[Row],
) -> None:
    invoice = create_invoice()
    pay_invoice(invoice.id, PayInvoice(amount=2500))
    pay_invoice(invoice.id, PayInvoice(amount=4500))
    note = create_credit_note(invoice=invoice, amount=8000)
    assert parts(note) == (3000, 5000, 0)
    after = balanced(invoice.id)
    assert (after.status, after.amount_paid, after.amount_due) == ("paid", 7000, 0)
    first, second = payments_of(invoice.id)
    assert (first["refunded_amount"], first["status"]) == (500, "partially_refunded")
    assert (second["refunded_amount"], second["status"]) == (4500, "refunded")
    (refund,) = refunds_of([first["_id"]])[first["_id"]]
    assert (refund["credit_note_id"], refund["status"]) == (note.id, "succeeded")


def test_what_was_settled_by_credit_comes_back_as_credit(db: Database[Row]) -> None:
    invoice = create_invoice()
    pay_invoice(invoice.id, PayInvoice(amount=4000))
    db.invoices.update_one(
        {"_id": invoice.id},
        {"$set": {"credit_applied": 6000, "amount_due": 0, "status": "paid"}},
    )
    assert parts(create_credit_note(invoice=invoice)) == (0, 4000, 6000)
    assert credit(invoice) == 6000


def test_the_customer_may_prefer_credit(db: Database[Row]) -> None:
    invoice = pay_invoice(create_invoice().id)
    assert parts(create_credit_note(invoice=invoice, amount=3000, refund_amount=0)) == (0, 0, 3000)
    assert credit(invoice) == 3000
    assert payments_of(invoice.id)[0]["refunded_amount"] == 0


def test_a_refund_that_went_back_before_is_not_paid_twice(db: Database[Row]) -> None:
    invoice = pay_invoice(create_invoice().id)
    (payment,) = payments_of(invoice.id)
    refund_payment(payment["_id"], RefundInput(amount=6000))
    assert balanced(invoice.id).status == "paid"
    first = create_credit_note(invoice=invoice, amount=4000)
    assert (parts(first), first.returned_amount) == ((0, 4000, 0), 4000)
    second = create_credit_note(invoice=invoice)
    assert (parts(second), second.returned_amount) == ((0, 6000, 0), 2000)
    assert payments_of(invoice.id)[0]["refunded_amount"] == 10000
    assert credit(invoice) == 0


def test_lines_are_credited_one_by_one(db: Database[Row]) -> None:
    invoice = create_invoice(line_items=TWO_LINES)
    note = create_credit_note(invoice=invoice, lines=[{"line": 1, "amount": 1000}])
    assert [(line["line"], line["amount"]) for line in note.lines] == [(1, 1000)]
    assert lines_left(get_invoice(invoice.id)) == [7000, 2000]
    with pytest.raises(CreditLineUnknown) as refusal:
        create_credit_note(
            invoice=invoice, lines=[{"line": 1, "amount": 2001}, {"line": 2, "amount": 1}]
        )
    told = [(error.field, error.message) for error in refusal.value.errors]
    assert told[0] == ("lines.0.amount", "Only $20.00 of it is left.")
    assert told[1][0] == "lines.1.line"


def test_a_note_never_exceeds_what_is_left_of_the_invoice(db: Database[Row]) -> None:
    invoice = create_invoice()
    create_credit_note(invoice=invoice, amount=9000)
    with pytest.raises(CreditExceedsInvoice, match=r"Only \$10\.00") as refusal:
        create_credit_note(invoice=invoice, amount=1001)
    assert refusal.value.field == "amount"
    assert len(credit_notes_of(invoice.id)) == 1
    deducted = create_invoice(
        line_items=[*TWO_LINES, {"description": "Deduction", "unit_amount": -4000}]
    )
    with pytest.raises(CreditExceedsInvoice) as refusal:
        create_credit_note(invoice=deducted, lines=[{"line": 0, "amount": 6001}])
    assert refusal.value.field == "lines"


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 0},
        {"amount": 1, "lines": [{"line": 0, "amount": 1}]},
        {"lines": []},
        {"lines": [{"line": 0, "amount": 1}, {"line": 0, "amount": 2}]},
        {"lines": [{"line": -1, "amount": 1}]},
        {"refund_amount": -1},
    ],
)
def test_what_makes_no_sense_is_refused(db: Database[Row], values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse(CreditNoteInput, {"invoice_id": "inv_01JD0000000000000000000000", **values})


def test_only_what_was_issued_and_stands_can_be_credited(db: Database[Row]) -> None:
    draft, void = create_invoice(draft=True), void_invoice(create_invoice().id)
    free = create_invoice(line_items=[{"description": "Gift", "unit_amount": 0}])
    for invoice in (draft, void, free):
        with pytest.raises(InvoiceNotCreditable):
            create_credit_note(invoice=invoice)
    assert db.credit_notes.count_documents({}) == 0
    given_up = mark_uncollectible(create_invoice().id)
    create_credit_note(invoice=given_up)
    assert balanced(given_up.id).status == "paid"


def test_more_than_was_paid_is_not_refunded_and_nothing_is_written(db: Database[Row]) -> None:
    invoice = pay_invoice(create_invoice().id, PayInvoice(amount=1000))
    before = [list(db[name].find()) for name in ("invoices", "payments", "counters", "events")]
    with pytest.raises(SettlementOutOfRange):
        create_credit_note(invoice=invoice, refund_amount=1001)
    with pytest.raises(StaleRevision):
        issue(CreditNoteInput(invoice_id=invoice.id), expected_revision=1)
    assert before == [
        list(db[name].find()) for name in ("invoices", "payments", "counters", "events")
    ]


@pytest.mark.parametrize("paid", [0, 2500, 10000])
def test_the_preview_is_what_is_issued_and_writes_nothing(db: Database[Row], paid: int) -> None:
    invoice = create_invoice(line_items=TWO_LINES)
    if paid:
        pay_invoice(invoice.id, PayInvoice(amount=paid))
    data = CreditNoteInput(invoice_id=invoice.id, amount=7777)
    before = [list(db[name].find()) for name in sorted(db.list_collection_names())]
    seen = preview_credit_note(data).row()
    assert before == [list(db[name].find()) for name in sorted(db.list_collection_names())]
    made = issue(data).row()
    own = {"_id", "number", "created_at", "updated_at", "revision"}
    assert {k: v for k, v in seen.items() if k not in own} == {
        k: v for k, v in made.items() if k not in own
    }


def test_voiding_makes_it_due_again(db: Database[Row]) -> None:
    invoice = create_invoice()
    note = create_credit_note(invoice=invoice, amount=3000)
    void = void_credit_note(note.id, VoidCreditNote(reason="Wrong invoice"), 1)
    assert (void.status, void.number, void.voided_at is None) == ("void", note.number, False)
    after = balanced(invoice.id)
    assert (after.amount_due, after.credit_note_total, after.credited_total) == (10000, 0, 0)
    with pytest.raises(CreditNoteNotVoidable, match="void already"):
        void_credit_note(note.id)
    assert create_credit_note(invoice=invoice).number.endswith("000002")


def test_voiding_takes_the_credit_back_while_it_is_there(db: Database[Row]) -> None:
    invoice = pay_invoice(create_invoice().id)
    note = create_credit_note(invoice=invoice, amount=3000, refund_amount=0)
    void_credit_note(note.id)
    assert credit(invoice) == 0
    used = create_credit_note(invoice=invoice, amount=3000, refund_amount=0)
    in_transaction(lambda: add_credit(invoice.customer_id, "USD", -1, reason="used"))
    with pytest.raises(CreditNoteNotVoidable, match="has used its credit"):
        void_credit_note(used.id)
    assert get_credit_note(used.id).status == "issued"


def test_a_note_that_paid_back_or_paid_off_stays(db: Database[Row]) -> None:
    paid = pay_invoice(create_invoice().id)
    with pytest.raises(CreditNoteNotVoidable, match="money was paid back"):
        void_credit_note(create_credit_note(invoice=paid).id)
    with pytest.raises(CreditNoteNotVoidable, match="its invoice is paid"):
        void_credit_note(create_credit_note().id)


def test_an_invoice_with_a_note_is_not_voided(db: Database[Row]) -> None:
    invoice = create_invoice()
    create_credit_note(invoice=invoice, amount=1)
    with pytest.raises(InvoiceNotVoidable, match="a credit note was issued"):
        void_invoice(invoice.id)


def test_notes_at_once_never_exceed_the_invoice_and_have_gapless_numbers(
    db: Database[Row],
) -> None:
    invoice = pay_invoice(create_invoice().id)
    results = at_once(*[lambda: create_credit_note(invoice=invoice, amount=3000)] * 8)
    refused = [result for result in results if isinstance(result, BillingError)]
    assert len(refused) == 5
    assert all(isinstance(result, Conflict | Invalid) for result in refused)
    notes = credit_notes_of(invoice.id)
    assert sorted(note["number"][-6:] for note in notes) == ["000001", "000002", "000003"]
    assert payments_of(invoice.id)[0]["refunded_amount"] == 9000
    assert get_invoice(invoice.id).credited_total == 9000


def test_lists_filter(db: Database[Row]) -> None:
    one, other = create_credit_note(), create_credit_note(amount=1)
    void_credit_note(other.id)

    def ids(**where: Any) -> list[str]:
        return [row["_id"] for row in list_credit_notes(**where).items]

    assert ids() == [other.id, one.id]
    assert ids(status="void") == [other.id]
    assert ids(customer_id=one.customer_id) == ids(invoice_id=one.invoice_id) == [one.id]
    assert ids(q=one.number.lower()) == ids(q=one.id) == [one.id]
    assert ids(q=get_customer_row(one.customer_id)["name"]) == [one.id]
    assert ids(q="nobody") == []
