"""Payments in the browser."""

from __future__ import annotations

import pytest

from billing.database import Database, Row
from billing.dunning.take_step import take_step
from billing.invoices.queries import get_invoice
from billing.payments.inputs import RefundInput
from billing.payments.queries import get_payment
from billing.payments.refund import refund_payment
from tests.factories import create_invoice, create_payment
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


def test_the_list_names_customer_invoice_and_amount(admin: PageClient) -> None:
    payment = create_payment(amount=4000)
    create_payment(invoice=create_invoice(), provider="fake", reference="fake_decline")
    seen = admin.get("/payments")
    assert get_invoice(payment.invoice_id).number in seen.text
    assert "$40.00" in seen.text
    failed = admin.get("/payments?status=failed")
    assert f"/payments/{payment.id}" in seen.links() - failed.links()
    assert admin.get("/payments?q=nobody").text.count("Nothing matches") == 1


def test_a_refund_of_a_part(admin: PageClient) -> None:
    payment = create_payment()
    page = admin.get(f"/payments/{payment.id}/refund")
    assert "Up to $100.00 goes back" in page.text
    assert page.values()["amount"] == "100.00"
    seen = admin.follow(admin.send(page, amount="30", reason="Goodwill"))
    assert "$30.00 goes back." in seen.text
    assert "Partially refunded" in seen.text
    assert "Goodwill" in seen.text
    assert get_payment(payment.id).refunded_amount == 3000


def test_all_of_it_leaves_nothing_to_refund(admin: PageClient) -> None:
    payment = create_payment()
    seen = admin.follow(admin.submit(f"/payments/{payment.id}/refund"))
    assert f"/payments/{payment.id}/refund" not in seen.links()
    again = admin.submit(f"/payments/{payment.id}/refund", amount="1")
    assert again.status == 409
    assert "nothing can be refunded" in again.alerts()


@pytest.mark.parametrize("amount", ["100.01", "0", "-1", "some"])
def test_an_amount_that_cannot_be_is_refused_beside_it(admin: PageClient, amount: str) -> None:
    payment = create_payment()
    seen = admin.submit(f"/payments/{payment.id}/refund", amount=amount)
    assert seen.status == 422
    assert seen.error_of("amount")
    assert seen.values()["amount"] == amount
    assert get_payment(payment.id).refunded_amount == 0


def test_a_refund_sent_twice_goes_back_once(admin: PageClient) -> None:
    payment = create_payment()
    page, tab = [admin.get(f"/payments/{payment.id}/refund") for _ in range(2)]
    assert [admin.send(page, amount="30").status for _ in range(2)] == [303, 303]
    assert admin.send(tab, amount="30").status == 409
    assert get_payment(payment.id).refunded_amount == 3000


def test_a_refusing_provider_is_told(admin: PageClient) -> None:
    payment = create_payment(provider="fake", reference="fake_no_refund")
    seen = admin.follow(admin.submit(f"/payments/{payment.id}/refund"))
    assert "The provider refused the refund" in seen.text


def test_a_payment_under_way_says_so(admin: PageClient) -> None:
    payment = create_payment(provider="fake", reference="fake_late")
    seen = admin.get(f"/payments/{payment.id}")
    assert "has not answered yet" in seen.text
    assert f"/payments/{payment.id}/refund" not in seen.links()


def test_the_customer_page_shows_their_payments(admin: PageClient) -> None:
    payment = create_payment()
    other = create_payment()
    links = admin.get(f"/customers/{payment.customer_id}").links()
    assert f"/payments/{payment.id}" in links
    assert f"/payments/{other.id}" not in links


def test_a_viewer_is_not_offered_the_refund(visiting_as: Visitor) -> None:
    payment = create_payment()
    seen = visiting_as("viewer").get(f"/payments/{payment.id}")
    assert f"/payments/{payment.id}/refund" not in seen.links()


def test_an_unknown_payment_is_not_found(admin: PageClient) -> None:
    for path in ("", "/refund"):
        assert admin.get(f"/payments/pay_x{path}").status == 404


def test_the_invoice_says_when_it_is_reminded_of(admin: PageClient, db: Database[Row]) -> None:
    invoice = create_invoice()
    assert "First reminder" in admin.get(f"/invoices/{invoice.id}").text
    take_step(invoice.id, invoice.due_date)
    seen = admin.get(f"/invoices/{invoice.id}")
    assert "1 so far, next on" in seen.text
    assert "“Reminder 1 of 4”" in seen.text


def test_a_source_is_kept_charged_and_forgotten(admin: PageClient) -> None:
    invoice = create_invoice()
    customer = f"/customers/{invoice.customer_id}"
    assert "Charged by Nobody" in admin.get(customer).text
    source = f"/payments/source/{invoice.customer_id}"
    seen = admin.follow(admin.submit(source, token="fake_ok"))
    assert "Charged by Fake" in seen.text
    assert admin.get(source).values()["token"] == "fake_ok"
    assert f"/payments/charge/{invoice.id}" in admin.get(f"/invoices/{invoice.id}").links()
    paid = admin.follow(admin.submit(f"/payments/charge/{invoice.id}"))
    assert "$100.00 was paid." in paid.text
    assert get_invoice(invoice.id).status == "paid"
    forgotten = admin.follow(admin.submit(f"{source}/forget"))
    assert "Charged by Nobody" in forgotten.text


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("fake_decline", "The provider refused it: card declined."),
        ("fake_late", "has not answered yet"),
    ],
)
def test_what_the_provider_says_is_told(admin: PageClient, token: str, said: str) -> None:
    invoice = create_invoice()
    admin.submit(f"/payments/source/{invoice.customer_id}", token=token)
    assert said in admin.follow(admin.submit(f"/payments/charge/{invoice.id}")).text


def test_why_it_failed_is_said_in_words_and_an_unknown_code_as_it_is(admin: PageClient) -> None:
    failed, german = create_payment(amount=10000), {"Accept-Language": "de"}
    payment = create_payment(provider="fake", reference="fake_no_refund")
    refund_payment(payment.id, RefundInput(amount=4000))
    seen = admin.get(f"/payments/{payment.id}", headers=german)
    assert seen.text.count("lehnt die Erstattung ab") == 2  # with the refund, and in what happened
    assert "“refund refused”" in admin.get("/events?type=payment.refund_failed").text
    for code, words in (("expired_card", "die Karte ist abgelaufen"), ("odd_7", "odd_7")):
        failed.status, failed.failure_code = "failed", code
        failed.save()
        assert words in admin.get(f"/payments/{failed.id}", headers=german).text


def test_who_has_no_source_is_not_charged(admin: PageClient) -> None:
    invoice = create_invoice()
    assert f"/payments/charge/{invoice.id}" not in admin.get(f"/invoices/{invoice.id}").links()
    seen = admin.submit(f"/payments/charge/{invoice.id}")
    assert seen.status == 422
    assert "has no payment source" in seen.alerts()
    assert admin.submit(f"/payments/source/{invoice.customer_id}").error_of("token")
