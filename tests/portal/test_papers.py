"""Documents as PDF in the portal: who may have them, and how they go out."""

from __future__ import annotations

from tests.billing.papers.reading import text_of
from tests.factories import create_credit_note, create_customer, create_invoice, create_payment
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient, Seen


def said(seen: Seen) -> str:
    """The text of a PDF that was sent."""
    assert seen.status == 200
    assert seen.headers["Content-Type"] == "application/pdf"
    return text_of(seen.response.data)


def test_staff_are_led_to_each_document(admin: PageClient) -> None:
    invoice = create_invoice()
    payment, note = create_payment(invoice=invoice), create_credit_note(invoice=invoice)
    for page, name in (
        (f"/invoices/{invoice.id}", "pdf"),
        (f"/credit-notes/{note.id}", "pdf"),
        (f"/payments/{payment.id}", "receipt"),
    ):
        assert f"{page}/{name}" in admin.get(page).links()
        assert invoice.number in said(admin.get(f"{page}/{name}"))


def test_a_viewer_may_read_documents_too(viewer: PageClient) -> None:
    invoice = create_invoice()
    assert f"/invoices/{invoice.id}/pdf" in viewer.get(f"/invoices/{invoice.id}").links()
    assert "Invoice" in said(viewer.get(f"/invoices/{invoice.id}/pdf"))


def test_customers_are_led_to_their_own_and_find_no_others(
    visiting_as: Visitor, stranger: PageClient
) -> None:
    customer = create_customer()
    invoice = create_invoice(customer=customer)
    payment = create_payment(invoice=invoice, amount=4000)
    note = create_credit_note(invoice=invoice, amount=1000)
    own = visiting_as("customer", customer_id=customer.id)
    offered = own.get(f"/account/invoices/{invoice.id}").links()
    for path in (
        f"/account/invoices/{invoice.id}/pdf",
        f"/account/credit-notes/{note.id}/pdf",
        f"/account/payments/{payment.id}/receipt",
    ):
        assert path in offered
        assert invoice.number in said(own.get(path))
        assert stranger.get(path).status == 404
        assert own.get(path.removeprefix("/account")).status == 404
        assert visiting_as("admin").get(path).status == 404


def test_a_draft_is_for_staff_alone(visiting_as: Visitor, admin: PageClient) -> None:
    draft = create_invoice(draft=True)
    own = visiting_as("customer", customer_id=draft.customer_id)
    assert own.get(f"/account/invoices/{draft.id}/pdf").status == 404
    assert "DRAFT" in said(admin.get(f"/invoices/{draft.id}/pdf"))


def test_anonymous_readers_sign_in_first(anonymous: PageClient) -> None:
    path = f"/invoices/{create_invoice().id}/pdf"
    assert anonymous.get(path).to == f"/sign-in?next={path}"


def test_it_opens_in_the_browser_and_is_not_sent_twice(admin: PageClient) -> None:
    invoice = create_invoice()
    first = admin.get(f"/invoices/{invoice.id}/pdf")
    name = f"{invoice.number}.pdf"
    assert first.headers["Content-Disposition"] == (
        f"inline; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    again = admin.get(f"/invoices/{invoice.id}/pdf", headers=known)
    assert (again.status, again.response.data) == (304, b"")
    create_payment(invoice=invoice)
    assert admin.get(f"/invoices/{invoice.id}/pdf", headers=known).status == 200


def test_a_failed_payment_offers_no_receipt(admin: PageClient) -> None:
    invoice = create_invoice()
    values = {"provider": "fake", "method": "card", "reference": "fake_decline"}
    failed = create_payment(invoice=invoice, **values)
    assert f"/payments/{failed.id}/receipt" not in admin.get(f"/payments/{failed.id}").links()
    refused = admin.get(f"/payments/{failed.id}/receipt")
    assert refused.status == 409
    assert "no receipt" in refused.text


def test_a_statement_is_of_the_days_that_are_shown(admin: PageClient, visiting_as: Visitor) -> None:
    customer = create_customer()
    create_invoice(customer=customer)
    own = visiting_as("customer", customer_id=customer.id)
    for reader, page in (
        (admin, f"/customers/{customer.id}/statement"),
        (own, "/account/statement"),
    ):
        days = "from=2020-01-01&to=2020-01-31"
        assert f"{page}/pdf?{days}" in reader.get(f"{page}?{days}").links()
        assert "no movements" in said(reader.get(f"{page}/pdf?{days}"))
        assert "$100.00 due" in said(reader.get(f"{page}/pdf?from=&to="))
        refused = reader.get(f"{page}/pdf?from=yesterday")
        assert refused.status == 422
        assert "2026-01-31" in refused.text
    assert own.get(f"/customers/{customer.id}/statement/pdf").status == 404


def test_a_statement_is_of_the_own_account(stranger: PageClient) -> None:
    create_invoice()
    assert "no movements" in said(stranger.get("/account/statement/pdf"))
