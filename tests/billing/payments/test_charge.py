"""Payments through a provider: whatever it does, the money is counted once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing import clock
from billing.customers.credit import credit_of
from billing.customers.queries import get_customer_row
from billing.database import Database, Row
from billing.errors import BillingError, Conflict
from billing.inputs import parse
from billing.invoices.errors import AmountOutOfRange, InvoiceNotFound, InvoiceNotPayable
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.invoices.void import void_invoice
from billing.payments.charge import ask_provider, order_of, settle_payment, start_payment
from billing.payments.errors import PaymentNotFound, PaymentUnderWay, ProviderNotAvailable
from billing.payments.inputs import PaymentInput
from billing.payments.models import Payment
from billing.payments.pay_invoice import pay_invoice
from billing.payments.providers import fake, get_provider, provider_names
from billing.payments.providers.base import Order, Outcome, ReportRefused
from billing.payments.providers.fake import SIGNATURE, FakeProvider
from billing.payments.queries import get_payment, list_payments, payments_of
from billing.payments.receive_report import receive_report
from billing.payments.settle_pending import settle_pending
from tests.billing.invoices.test_concurrency import at_once
from tests.factories import create_invoice, create_payment

NOW = timedelta(0)


def charge(invoice: Invoice, token: str, **values: Any) -> Payment:
    """Let the fake provider take what is due."""
    return create_payment(invoice=invoice, provider="fake", reference=token, **values)


def begin(invoice: Invoice, token: str) -> Payment:
    """An attempt of which nobody has told the provider."""
    values = {"invoice_id": invoice.id, "provider": "fake", "reference": token}
    return start_payment(parse(PaymentInput, values))


def report(payment: Payment) -> Any:
    """What the fake provider reports of it, as it comes in."""
    return receive_report("fake", *FakeProvider().report(payment.id))


def test_a_provider_that_agrees_pays_the_invoice(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_ok", method="card")
    assert (payment.status, payment.amount, payment.provider) == ("succeeded", 10000, "fake")
    assert payment.provider_reference == payment.id
    assert get_invoice(payment.invoice_id).status == "paid"
    assert [e["type"] for e in db.events.find({"object_id": payment.id}).sort("_id")] == [
        "payment.started",
        "payment.succeeded",
    ]


@pytest.mark.parametrize(
    ("token", "code"), [("fake_decline", "card_declined"), ("", "unknown_token")]
)
def test_a_decline_is_kept_and_leaves_the_invoice_open(
    db: Database[Row], token: str, code: str
) -> None:
    invoice = create_invoice()
    payment = charge(invoice, token)
    assert (payment.status, payment.failure_code, payment.paid_date) == ("failed", code, None)
    assert get_invoice(invoice.id).amount_due == 10000
    assert charge(invoice, "fake_ok").status == "succeeded"


def test_an_answer_that_never_came_is_found_by_asking_again(db: Database[Row]) -> None:
    invoice = create_invoice()
    payment = charge(invoice, "fake_timeout")
    assert payment.status == "pending"
    assert settle_pending() == 0  # too young: whoever asked may still be waiting
    assert settle_pending(NOW) == 1
    assert get_payment(payment.id).status == "succeeded"
    assert get_invoice(invoice.id).status == "paid"
    assert settle_pending(NOW) == 0


def test_what_is_told_twice_counts_once(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_twice", amount=4000)
    for _ in range(3):
        assert report(payment).status == "succeeded"
    assert get_invoice(payment.invoice_id).amount_paid == 4000
    assert db.events.count_documents({"type": "payment.succeeded"}) == 1


def test_six_reports_at_once_settle_once(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_late")
    at_once(*[lambda: report(payment)] * 6)
    assert get_invoice(payment.invoice_id).amount_paid == 10000
    assert db.events.count_documents({"type": "payment.succeeded"}) == 1


def test_a_late_payment_waits_for_its_report(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_late")
    assert payment.status == "pending"
    assert get_invoice(payment.invoice_id).status == "open"
    assert report(payment).status == "succeeded"
    assert get_invoice(payment.invoice_id).status == "paid"


def test_money_for_an_invoice_paid_meanwhile_becomes_credit(db: Database[Row]) -> None:
    invoice = create_invoice()
    late = charge(invoice, "fake_late")
    pay_invoice(invoice.id)
    settled = report(late)
    assert (settled.status, settled.credited_amount) == ("succeeded", 10000)
    assert get_invoice(invoice.id).amount_paid == 10000
    assert credit_of(get_customer_row(invoice.customer_id)) == 10000


def test_money_for_an_invoice_void_meanwhile_becomes_credit(db: Database[Row]) -> None:
    invoice = create_invoice()
    late = charge(invoice, "fake_late")
    void_invoice(invoice.id)
    assert report(late).credited_amount == 10000
    assert get_invoice(invoice.id).status == "void"


def test_a_failure_told_after_the_success_changes_nothing(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_ok")
    after = settle_payment(payment.id, Outcome("failed", failure_code="late"))
    assert (after.status, after.failure_code) == ("succeeded", None)


def test_a_success_told_after_a_failure_counts(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_decline")
    after = settle_payment(payment.id, Outcome("succeeded", "R1"))
    assert (after.status, after.failure_code, after.provider_reference) == ("succeeded", None, "R1")
    assert get_invoice(payment.invoice_id).status == "paid"


def test_an_attempt_that_never_reached_the_provider_is_made_up_for(db: Database[Row]) -> None:
    payment = begin(create_invoice(), "fake_ok")
    assert settle_pending(NOW) == 1
    assert get_payment(payment.id).status == "succeeded"


def test_an_attempt_nobody_wants_any_more_is_not_made_up_for(db: Database[Row]) -> None:
    invoice = create_invoice()
    payment = begin(invoice, "fake_ok")
    pay_invoice(invoice.id)
    assert settle_pending(NOW) == 1
    assert get_payment(payment.id).failure_code == "never_asked"
    assert db.fake_provider.count_documents({}) == 0
    assert credit_of(get_customer_row(invoice.customer_id)) == 0


def test_one_that_cannot_be_asked_for_stops_nobody(db: Database[Row]) -> None:
    gone, fine = begin(create_invoice(), "fake_ok"), begin(create_invoice(), "fake_ok")
    db.payments.update_one({"_id": gone.id}, {"$set": {"provider": "closed down"}})
    assert settle_pending(NOW) == 1
    assert get_payment(fine.id).status == "succeeded"
    assert get_payment(gone.id).status == "pending"


def test_one_that_fails_in_a_way_nobody_thought_of_stops_nobody(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, fine = begin(create_invoice(), "fake_ok"), begin(create_invoice(), "fake_ok")
    confirm = FakeProvider.confirm

    def stumble(provider: FakeProvider, payment_id: str) -> Any:
        if payment_id == odd.id:
            raise ValueError("an answer like no other")
        return confirm(provider, payment_id)

    monkeypatch.setattr(FakeProvider, "confirm", stumble)
    assert settle_pending(NOW) == 1
    assert get_payment(fine.id).status == "succeeded"


def test_a_process_that_died_after_the_answer_loses_nothing(db: Database[Row]) -> None:
    payment = begin(create_invoice(), "fake_ok")
    get_provider("fake").create(order_of(payment))  # and here the process ends
    assert settle_pending(NOW) == 1
    assert get_invoice(payment.invoice_id).amount_paid == 10000
    assert db.fake_provider.count_documents({}) == 1


def test_asking_and_finding_out_at_once_take_the_money_once(db: Database[Row]) -> None:
    payment = begin(create_invoice(), "fake_ok")
    at_once(*[lambda: ask_provider(payment)] * 3, *[lambda: settle_pending(NOW)] * 3)
    assert get_invoice(payment.invoice_id).amount_paid == 10000
    assert credit_of(get_customer_row(payment.customer_id)) == 0
    assert [row["amount"] for row in db.fake_provider.find()] == [10000]


def test_ten_who_pay_one_invoice_pay_it_once(db: Database[Row]) -> None:
    invoice = create_invoice()
    manual = [lambda: create_payment(invoice=invoice)] * 5
    results = at_once(*manual, *[lambda: charge(invoice, "fake_ok")] * 5)
    losers = [result for result in results if isinstance(result, BillingError)]
    assert all(isinstance(loser, Conflict | AmountOutOfRange) for loser in losers)
    found = get_invoice(invoice.id)
    assert (found.status, found.amount_paid, found.amount_due) == ("paid", 10000, 0)
    received = sum(row["amount"] for row in db.payments.find({"status": "succeeded"}))
    assert received - credit_of(get_customer_row(invoice.customer_id)) == 10000
    assert received <= 20000  # one was under way at most when the invoice was paid


def test_a_second_charge_waits_for_the_first(db: Database[Row]) -> None:
    invoice = create_invoice()
    charge(invoice, "fake_late", amount=100)
    with pytest.raises(PaymentUnderWay):
        charge(invoice, "fake_ok")
    assert len(payments_of(invoice.id)) == 1
    assert create_payment(invoice=invoice, amount=100).status == "succeeded"


def test_what_cannot_be_charged_leaves_no_trace(db: Database[Row]) -> None:
    invoice, paid = create_invoice(), pay_invoice(create_invoice().id)
    db.payments.delete_many({})
    for wanted, refusal in (
        (lambda: charge(invoice, "fake_ok", amount=10001), AmountOutOfRange),
        (lambda: charge(paid, "fake_ok"), InvoiceNotPayable),
        (lambda: create_payment(invoice=paid), InvoiceNotPayable),
        (lambda: create_payment(invoice=Invoice()), InvoiceNotFound),
    ):
        with pytest.raises(refusal):
            wanted()
    assert db.payments.count_documents({}) == db.fake_provider.count_documents({}) == 0


def test_the_fake_is_not_to_be_had_in_production(
    db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = create_invoice()
    monkeypatch.setenv("DUEBILL_ENV", "production")
    assert provider_names() == ["manual"]
    with pytest.raises(ProviderNotAvailable):
        charge(invoice, "fake_ok")
    assert db.payments.count_documents({}) == 0


def test_a_report_must_be_signed_readable_and_of_something(db: Database[Row]) -> None:
    payment = charge(create_invoice(), "fake_late")
    body, headers = FakeProvider().report(payment.id)
    for forged, told in ((body + b" ", headers), (body, {}), (body, {SIGNATURE: "0" * 64})):
        with pytest.raises(ReportRefused, match="not signed"):
            receive_report("fake", forged, told)
    with pytest.raises(ReportRefused):
        receive_report("manual", body, headers)
    with pytest.raises(ReportRefused, match="cannot be read"):
        receive_report("fake", b"[]", {SIGNATURE: fake.sign(b"[]")})
    with pytest.raises(PaymentNotFound):
        receive_report("fake", *FakeProvider().report("pay_01JD0000000000000000000000"))
    assert get_payment(payment.id).status == "pending"


def test_the_manual_provider_has_seen_everything() -> None:
    manual = get_provider("manual")
    assert manual.confirm("x") == Outcome("succeeded")
    assert manual.create(Order("x", 100, "USD", "R1")) == Outcome("succeeded", "R1")


def test_lists_filter(db: Database[Row]) -> None:
    one = create_payment(paid_date="2026-11-20")
    other = charge(create_invoice(), "fake_decline")
    today = clock.today()

    def ids(**where: Any) -> list[str]:
        return [row["_id"] for row in list_payments(**where).items]

    assert ids() == [other.id, one.id]
    assert ids(status="failed") == [other.id]
    assert ids(invoice_id=one.invoice_id) == ids(customer_id=one.customer_id) == [one.id]
    assert ids(paid_from=one.paid_date) == [one.id]
    assert ids(paid_before=one.paid_date) == ids(paid_from=today, paid_before=today) == []
    assert ids(q=one.id) == [one.id]
    assert ids(q=get_customer_row(one.customer_id)["name"]) == [one.id]
