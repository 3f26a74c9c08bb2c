"""Whatever is paid, charged, refunded, credited and voided in whatever order: the money adds up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing.credit_notes.queries import credit_notes_of
from billing.credit_notes.void import void_credit_note
from billing.customers.credit import credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row, database
from billing.errors import BillingError
from billing.invoices.queries import get_invoice
from billing.payments.inputs import RefundInput
from billing.payments.models import RECEIVED
from billing.payments.providers.fake import FakeProvider
from billing.payments.queries import payments_of
from billing.payments.receive_report import receive_report
from billing.payments.refund import refund_payment
from tests.billing.payments.test_charge import NOW, settle_pending
from tests.billing.reports.owed import check_statements
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_tax_rate,
)

amounts = st.one_of(st.none(), st.integers(1, 15000))
tokens = st.sampled_from(["fake_ok", "fake_decline", "fake_timeout", "fake_late", "fake_no_refund"])
places = st.integers(0, 5)


class Money(RuleBasedStateMachine):
    """One invoice of three lines, two of them taxed, and all that can happen to it."""

    @initialize(currency=st.sampled_from(["USD", "JPY", "KWD"]))
    def begin(self, currency: str) -> None:
        top = create_tax_rate(percentage="19").id
        inside = create_tax_rate(percentage="7", inclusive=True).id
        lines = [
            {"description": "A", "unit_amount": 4999, "tax_rate_ids": [top]},
            {"description": "B", "quantity": 3, "unit_amount": 1111, "tax_rate_ids": [inside]},
            {"description": "C", "unit_amount": 777},
        ]
        customer = create_customer(preferences={"currency": currency})
        self.invoice_id = create_invoice(customer=customer, line_items=lines).id

    @property
    def invoice(self) -> Any:
        return get_invoice(self.invoice_id)

    def one(self, rows: list[Row], place: int) -> str:
        return str(rows[place % len(rows)]["_id"]) if rows else "none"

    @rule(amount=amounts)
    def pay(self, amount: int | None) -> None:
        with suppress(BillingError):
            create_payment(invoice=self.invoice, amount=amount)

    @rule(amount=amounts, token=tokens)
    def charge(self, amount: int | None, token: str) -> None:
        with suppress(BillingError):
            create_payment(invoice=self.invoice, amount=amount, provider="fake", reference=token)

    @rule(place=places)
    def report(self, place: int) -> None:
        with suppress(BillingError):
            paid = self.one(payments_of(self.invoice_id), place)
            receive_report("fake", *FakeProvider().report(paid))

    @rule()
    def find_out(self) -> None:
        settle_pending(NOW)

    @rule(amount=amounts, place=places)
    def pay_back(self, amount: int | None, place: int) -> None:
        with suppress(BillingError):
            paid = self.one(payments_of(self.invoice_id), place)
            refund_payment(paid, RefundInput(amount=amount))

    @rule(amount=amounts, refund=st.one_of(st.none(), st.integers(0, 3000)))
    def credit(self, amount: int | None, refund: int | None) -> None:
        with suppress(BillingError):
            create_credit_note(invoice=self.invoice, amount=amount, refund_amount=refund)

    @rule(line=st.integers(0, 2), amount=st.integers(1, 5000))
    def credit_line(self, line: int, amount: int) -> None:
        with suppress(BillingError):
            create_credit_note(invoice=self.invoice, lines=[{"line": line, "amount": amount}])

    @rule(place=places)
    def void(self, place: int) -> None:
        with suppress(BillingError):
            void_credit_note(self.one(credit_notes_of(self.invoice_id), place))

    @invariant()
    def the_money_adds_up(self) -> None:
        if not hasattr(self, "invoice_id"):
            return
        invoice, db = self.invoice, database()
        notes = [n for n in credit_notes_of(self.invoice_id) if n["status"] == "issued"]
        payments = [p for p in payments_of(self.invoice_id) if p["status"] in RECEIVED]
        refunds = list(
            db.refunds.find({"invoice_id": self.invoice_id, "status": {"$ne": "failed"}})
        )
        settled = invoice.credit_applied + invoice.amount_paid + invoice.credit_note_total
        assert invoice.amount_due == invoice.total - settled >= 0
        assert (invoice.status == "paid") == (invoice.amount_due == 0)
        assert total(notes, "due_reduction") == invoice.credit_note_total
        assert total(notes, "total") == invoice.credited_total <= invoice.total
        credited = total(payments, "credited_amount")
        assert total(payments, "amount") == invoice.amount_paid + credited
        assert total(refunds, "amount") == total(payments, "refunded_amount")
        from_credit = total(refunds, "from_credit")
        assert total(notes, "refund_amount") <= total(refunds, "amount") - from_credit
        balance = credited + total(notes, "credit_amount") - from_credit
        customer = get_customer_row(invoice.customer_id)
        assert credit_of(customer) == balance >= 0
        self.the_taxes_add_up(invoice, notes)

    def the_taxes_add_up(self, invoice: Any, notes: list[Row]) -> None:
        for rate, tax in enumerate(invoice.taxes):
            taken = sum(note["taxes"][rate]["amount"] for note in notes)
            assert 0 <= taken <= tax["amount"]
            if invoice.credited_total == invoice.total:
                assert taken == tax["amount"]
        for note in notes:
            on_top = sum(tax["amount"] for tax in note["taxes"] if not tax["inclusive"])
            assert note["total"] == note["subtotal"] + on_top
            parts = note["due_reduction"] + note["refund_amount"] + note["credit_amount"]
            assert note["total"] == parts
            assert note["subtotal"] == total(note["lines"], "amount")


def total(rows: list[Row], name: str) -> int:
    return sum(int(row[name]) for row in rows)


@pytest.mark.slow
def test_the_money_of_an_invoice_always_adds_up(db: Database[Row]) -> None:
    found = settings(
        max_examples=60,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Money, settings=found)
    check_statements()
    statuses = db.payments.distinct("status")
    assert {"succeeded", "failed", "refunded", "partially_refunded"} <= set(statuses)
    assert db.credit_notes.distinct("status") == ["issued", "void"]
