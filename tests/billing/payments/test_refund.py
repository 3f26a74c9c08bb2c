"""Paying back: never more than came in, and a refusal of the provider leaves no trace in money."""

from __future__ import annotations

from typing import Any

import pytest

from billing.credit_notes.queries import get_credit_note
from billing.customers.credit import add_credit, credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import BillingError, StaleRevision
from billing.invoices.queries import get_invoice
from billing.payments.errors import PaymentNotFound, PaymentNotRefundable, RefundOutOfRange
from billing.payments.inputs import RefundInput
from billing.payments.models import Payment, Refund
from billing.payments.providers.base import Outcome, ProviderUnreachable
from billing.payments.providers.fake import FakeProvider
from billing.payments.queries import get_payment, get_refund, refunds_of
from billing.payments.receive_report import receive_report
from billing.payments.refund import plan_refunds, refund_payment, start_refund
from billing.payments.settle_refund import settle_refund
from billing.transactions import in_transaction
from tests.billing.invoices.test_concurrency import at_once
from tests.billing.payments.test_charge import NOW, charge, settle_pending
from tests.factories import create_credit_note, create_invoice, create_payment


def refund(payment: Payment, amount: int | None = None, **values: Any) -> Payment:
    return refund_payment(payment.id, RefundInput(amount=amount, **values))


def started(payment: Payment, amount: int) -> Refund:
    """A refund of which the provider is not asked yet."""
    return in_transaction(lambda: start_refund(get_payment(payment.id), amount))


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

    def back(payment_id: str, amount: int, status: str = "succeeded", from_credit: int = 0) -> Row:
        known = {"payment_id": payment_id, "status": status, "from_credit": from_credit}
        return {"amount": amount, **known}

    payments = [row("a", 50), row("b", 30, credited_amount=10), row("c", 9)]
    refunds = [back("c", 9), back("b", 5, "failed"), back("b", 7, from_credit=7)]
    assert plan_refunds(payments, refunds, 60) == [("b", 20), ("a", 40)]
    assert plan_refunds([*payments, row("d", 99, status="failed")], refunds, 20) == [("b", 20)]


def test_what_a_failed_refund_sets_free_is_not_taken_from_the_credit_again(
    db: Database[Row],
) -> None:
    payment = create_payment(amount=12000)
    due, rest = started(payment, 10000), started(payment, 2000)
    assert (due.from_credit, rest.from_credit, credit(payment)) == (0, 2000, 0)
    settle_refund(due.id, Outcome("failed"))
    assert refund(payment, 10000).status == "refunded"
    assert [row["from_credit"] for row in refunds_of([payment.id])[payment.id]] == [0, 2000, 0]


def test_money_that_a_note_says_went_back_becomes_credit_when_it_did_not(
    db: Database[Row],
) -> None:
    payment = create_payment()
    back, invoice = started(payment, 7000), get_invoice(payment.invoice_id)
    first, second = (create_credit_note(invoice=invoice, amount=amount) for amount in (6000, 4000))
    assert (first.returned_amount, second.returned_amount, credit(payment)) == (6000, 1000, 0)
    settle_refund(back.id, Outcome("failed", failure_code="expired_card"))
    kept = [get_credit_note(note.id) for note in (first, second)]
    assert [note.returned_amount for note in kept] == [0, 0]
    assert [(note.refund_amount, note.credit_amount) for note in kept] == [(0, 6000), (3000, 1000)]
    assert credit(payment) == 7000
