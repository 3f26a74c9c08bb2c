"""Paying back: never more than came in, and a refusal of the provider leaves no trace in money."""

from __future__ import annotations

from typing import Any

import pytest

from billing.customers.credit import add_credit, credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import BillingError, StaleRevision
from billing.invoices.queries import get_invoice
from billing.payments.errors import PaymentNotFound, PaymentNotRefundable, RefundOutOfRange
from billing.payments.inputs import RefundInput
from billing.payments.models import Payment
from billing.payments.providers.base import ProviderUnreachable
from billing.payments.providers.fake import FakeProvider
from billing.payments.queries import get_payment, get_refund, refunds_of
from billing.payments.receive_report import receive_report
from billing.payments.refund import plan_refunds, refund_payment
from billing.transactions import in_transaction
from tests.billing.invoices.test_concurrency import at_once
from tests.billing.payments.test_charge import NOW, charge, settle_pending
from tests.factories import create_credit_note, create_invoice, create_payment


def refund(payment: Payment, amount: int | None = None, **values: Any) -> Payment:
    return refund_payment(payment.id, RefundInput(amount=amount, **values))


def credit(payment: Payment) -> int:
    return credit_of(get_customer_row(payment.customer_id))


def test_nobodys_payment_is_not_refunded(db: Database[Row]) -> None:
    with pytest.raises(PaymentNotFound):
        refund_payment("pay_01JD0000000000000000000000")
    with pytest.raises(PaymentNotFound):
        get_refund("rfd_01JD0000000000000000000000")


def test_all_that_is_left_goes_back_and_the_invoice_stays_as_it_was(db: Database[Row]) -> None:
    payment = create_payment()
    before = get_invoice(payment.invoice_id)
    part = refund(payment, 3000, reason="Goodwill")
    assert (part.status, part.refunded_amount) == ("partially_refunded", 3000)
    done = refund(payment)
    assert (done.status, done.refunded_amount, done.amount) == ("refunded", 10000, 10000)
    assert get_invoice(payment.invoice_id) == before
    first, second = refunds_of([payment.id])[payment.id]
    assert (first["amount"], first["status"], first["reason"]) == (3000, "succeeded", "Goodwill")
    assert second["amount"] == 7000


def test_more_than_is_left_is_refused(db: Database[Row]) -> None:
    payment = create_payment()
    refund(payment, 9000)
    with pytest.raises(RefundOutOfRange, match=r"Only \$10\.00"):
        refund(payment, 1001)
    refund(payment)
    with pytest.raises(PaymentNotRefundable, match="is refunded"):
        refund(payment)
    with pytest.raises(PaymentNotRefundable, match="is failed"):
        refund(charge(create_invoice(), "fake_decline"))
    with pytest.raises(StaleRevision):
        refund_payment(create_payment().id, expected_revision=2)
    assert db.refunds.count_documents({}) == 2


def test_what_had_become_credit_goes_back_last_and_out_of_the_credit(db: Database[Row]) -> None:
    payment = create_payment(amount=12000)
    assert credit(payment) == 2000
    refund(payment, 10500)
    assert credit(payment) == 1500
    in_transaction(lambda: add_credit(payment.customer_id, "USD", -1000, reason="used"))
    with pytest.raises(RefundOutOfRange, match="became credit"):
        refund(payment, 1500)
    refund(payment, 500)
    assert credit(payment) == 0
    assert get_payment(payment.id).refunded_amount == 11000


def test_a_refund_that_the_provider_refuses_is_undone(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_no_refund")
    after = refund(payment, 4000)
    assert (after.status, after.refunded_amount) == ("succeeded", 0)
    (failed,) = refunds_of([payment.id])[payment.id]
    assert (failed["status"], failed["failure_code"]) == ("failed", "refund_refused")


def test_a_refused_refund_of_a_credit_note_becomes_credit(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_no_refund")
    note = create_credit_note(invoice=get_invoice(payment.invoice_id), amount=4000)
    assert (note.refund_amount, note.credit_amount, note.total) == (0, 4000, 4000)
    assert credit(payment) == 4000


def test_a_refund_whose_answer_never_came_is_asked_for_again(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = charge(create_invoice(), "fake_ok")
    real = FakeProvider.refund

    def cut_off(self: FakeProvider, order: Any) -> Any:
        real(self, order)
        raise ProviderUnreachable("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(FakeProvider, "refund", cut_off)
        refund(payment)
        assert settle_pending(NOW) == 0
    (pending,) = refunds_of([payment.id])[payment.id]
    assert pending["status"] == "pending"
    assert settle_pending(NOW) == 1
    assert get_refund(pending["_id"]).status == "succeeded"
    assert receive_report("fake", *FakeProvider().report(pending["_id"])).status == "succeeded"
    assert db.fake_provider.count_documents({"_id": pending["_id"]}) == 1


def test_ten_refunds_at_once_never_pay_back_more_than_came_in(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_ok")
    results = at_once(*[lambda: refund(payment, 3000)] * 10)
    assert sum(not isinstance(result, BillingError) for result in results) == 3
    assert get_payment(payment.id).refunded_amount == 9000
    paid_back = db.fake_provider.find({"_id": {"$regex": "^rfd_"}})
    assert sum(row["amount"] for row in paid_back) == 9000


def test_the_newest_payments_pay_back_first() -> None:
    def row(key: str, amount: int, **values: Any) -> Row:
        return {"_id": key, "amount": amount, "status": "succeeded", **values}

    payments = [row("a", 50), row("b", 30, credited_amount=10), row("c", 9, refunded_amount=9)]
    assert plan_refunds(payments, 60) == [("b", 20), ("a", 40)]
    assert plan_refunds([*payments, row("d", 99, status="failed")], 20) == [("b", 20)]
