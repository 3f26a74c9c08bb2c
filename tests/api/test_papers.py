"""Documents as PDF over the API."""

from __future__ import annotations

from billing.payments.charge import create_payment as pay
from billing.payments.inputs import PaymentInput
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import create_credit_note, create_invoice, create_payment
from tests.billing.papers.reading import text_of


def test_each_document_goes_out_under_its_name(admin: CheckedClient) -> None:
    invoice = create_invoice()
    payment, note = create_payment(invoice_id=invoice.id), create_credit_note(invoice_id=invoice.id)
    for path, name in (
        (f"/invoices/{invoice.id}/pdf", invoice.number),
        (f"/credit_notes/{note.id}/pdf", note.number),
        (f"/payments/{payment.id}/receipt", f"Receipt {invoice.number} {payment.paid_date}"),
    ):
        answer = admin.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith(
            f'attachment; filename="{name}.pdf"'
        )
        assert invoice.number in text_of(answer.data)


def test_it_says_what_the_json_says(admin: CheckedClient) -> None:
    told = admin.get(f"/invoices/{create_invoice().id}").json
    said = text_of(admin.get(f"/invoices/{told['id']}/pdf").data)
    assert f"{told['number']} " in said
    assert f"${told['amount_due'] / 100:.2f} due" in said


def test_who_has_it_gets_no_second_copy(admin: CheckedClient) -> None:
    path = f"/invoices/{create_invoice().id}/pdf"
    first = admin.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    again = admin.get(path, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert admin.get(path).data == first.data
    pay(PaymentInput(invoice_id=path.split("/")[2]))
    assert admin.get(path, headers=known).status_code == 200


def test_a_payment_that_failed_has_no_receipt(admin: CheckedClient) -> None:
    declined = {"provider": "fake", "method": "card", "reference": "fake_decline"}
    answer = admin.get(f"/payments/{create_payment(**declined).id}/receipt")
    assert (answer.status_code, answer.json["code"]) == (409, "payment_not_received")


def test_customers_have_their_own_but_no_drafts(speaking_as: Speaker) -> None:
    invoice = create_invoice()
    draft = create_invoice(customer_id=invoice.customer_id, draft=True)
    own = speaking_as("customer", customer_id=invoice.customer_id)
    assert own.get(f"/invoices/{invoice.id}/pdf").status_code == 200
    assert own.get(f"/invoices/{draft.id}/pdf").status_code == 404


def test_a_statement_takes_the_days_and_the_currency_of_its_json(admin: CheckedClient) -> None:
    customer_id = create_invoice().customer_id
    path = f"/customers/{customer_id}/statement/pdf"
    answer = admin.get(f"{path}?from=2020-01-01&to=2099-12-31&currency=USD")
    assert "Closing balance $100.00" in text_of(answer.data)
    assert 'filename="Statement of account 2099-12-31.pdf"' in answer.headers["Content-Disposition"]
    assert "no movements" in text_of(admin.get(f"{path}?currency=EUR").data)
    assert admin.get(f"{path}?to=soon").status_code == 422
