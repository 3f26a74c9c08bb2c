"""What customers pay by themselves, and with what."""

from __future__ import annotations

import pytest

from billing.customers.queries import get_customer
from billing.invoices.models import Invoice
from billing.invoices.queries import get_invoice
from billing.payments.methods import add_method, methods_of
from billing.payments.source import PaymentSource, set_payment_source
from billing.seller.inputs import SettingsInput
from billing.seller.save_settings import save_settings
from billing.users.models import User
from tests.factories import create_customer, create_invoice
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

METHODS = "/account/payment-methods"


def _invoiced(visiting_as: Visitor, *tokens: str) -> tuple[Invoice, PageClient]:
    invoice = create_invoice()
    for token in tokens:
        add_method(invoice.customer_id, PaymentSource(token=token))
    return invoice, visiting_as("customer", customer_id=invoice.customer_id)


def _pay(invoice: Invoice) -> str:
    return f"/account/invoices/{invoice.id}/pay"


def test_an_invoice_is_paid_with_a_saved_method(visiting_as: Visitor) -> None:
    invoice, owner = _invoiced(visiting_as, "fake_ok")
    assert _pay(invoice) in owner.get("/account").links()
    seen = owner.follow(owner.submit(_pay(invoice)))
    assert "$100.00 is paid. Thank you." in seen.text
    assert "Receipt" in seen.text
    assert get_invoice(invoice.id).status == "paid"
    assert "Nothing" in owner.get("/account").text
    assert owner.get(_pay(invoice)).status == 409


def test_a_declined_card_is_told_and_another_one_pays(visiting_as: Visitor) -> None:
    invoice, owner = _invoiced(visiting_as, "fake_decline", "fake_ok")
    declined = owner.follow(owner.submit(_pay(invoice)))
    assert "card declined" in declined.alerts()
    assert get_invoice(invoice.id).status == "open"
    other = methods_of(get_customer(invoice.customer_id))[1]
    owner.send(declined, method_id=other.id)
    assert get_invoice(invoice.id).status == "paid"


def test_while_the_bank_has_not_answered_nothing_is_asked_twice(visiting_as: Visitor) -> None:
    invoice, owner = _invoiced(visiting_as, "fake_late")
    assert "was asked for" in owner.follow(owner.submit(_pay(invoice))).text
    assert "on its way" in owner.get(_pay(invoice)).text


def test_who_has_no_method_saves_one_and_goes_on_to_pay(visiting_as: Visitor) -> None:
    save_settings(SettingsInput(name="Duebill", payment_instructions="IBAN DE02 1203"))
    invoice, owner = _invoiced(visiting_as)
    page = owner.get(_pay(invoice))
    assert "IBAN DE02 1203" in page.text
    add = next(link for link in page.links() if link.startswith(f"{METHODS}/new"))
    onward = owner.submit(add, token="fake_ok")
    assert onward.to == _pay(invoice)
    owner.send(owner.follow(onward))
    assert get_invoice(invoice.id).status == "paid"


def test_the_first_method_is_the_default_until_another_one_is_made_it(
    visiting_as: Visitor,
) -> None:
    customer = create_customer()
    owner = visiting_as("customer", customer_id=customer.id)
    for token in ("fake_ok", "fake_decline", "fake_ok"):
        owner.submit(f"{METHODS}/new", token=token)
    first, second = methods_of(get_customer(customer.id))
    assert (first.source.token, first.is_default) == ("fake_ok", True)
    refused = owner.submit(f"{METHODS}/{first.id}/remove")
    assert "Make another one the default first." in refused.alerts()
    owner.submit(METHODS, f"{METHODS}/{second.id}/default")
    assert get_customer(customer.id).payment_source["token"] == "fake_decline"
    owner.submit(f"{METHODS}/{first.id}/remove")
    assert [each.id for each in methods_of(get_customer(customer.id))] == [second.id]
    owner.submit(f"{METHODS}/{second.id}/remove")
    assert get_customer(customer.id).payment_source == {}


def test_what_staff_set_is_among_the_methods(visiting_as: Visitor) -> None:
    customer = create_customer()
    set_payment_source(customer.id, PaymentSource(token="tok_known_to_staff"))
    seen = visiting_as("customer", customer_id=customer.id).get(METHODS)
    assert "Account at the fake provider Default" in seen.text
    assert "tok_known" not in seen.html


def test_only_the_cards_that_are_offered_are_saved(visiting_as: Visitor) -> None:
    customer = create_customer()
    owner = visiting_as("customer", customer_id=customer.id)
    assert owner.submit(f"{METHODS}/new", token="tok_of_somebody_else").status == 422
    assert methods_of(get_customer(customer.id)) == []


def test_a_viewer_sees_the_methods_and_pays_nothing(visiting_as: Visitor) -> None:
    invoice, viewer = _invoiced(visiting_as, "fake_ok", "fake_late")
    User.objects(customer_id=invoice.customer_id).update(set__customer_role="viewer")
    assert "Test card that pays" in viewer.get(METHODS).text
    second = methods_of(get_customer(invoice.customer_id))[1].id
    token = viewer.get("/profile").values("/profile")["csrf_token"]
    paths = [f"{METHODS}/new", f"{METHODS}/{second}/default", f"{METHODS}/{second}/remove"]
    for path in [*paths, _pay(invoice)]:
        assert path not in viewer.get(METHODS).links()
        assert viewer.post(path, {"csrf_token": token}).status == 403, path


def test_another_customers_invoice_and_methods_are_not_found(
    visiting_as: Visitor, stranger: PageClient
) -> None:
    invoice, _ = _invoiced(visiting_as, "fake_ok")
    (method,) = methods_of(get_customer(invoice.customer_id))
    token = stranger.get("/profile").values("/profile")["csrf_token"]
    typed = {"csrf_token": token, "method_id": method.id}
    for path in (_pay(invoice), f"{METHODS}/{method.id}/remove"):
        assert stranger.get(path).status == 404
        assert stranger.post(path, typed).status == 404
    assert stranger.post(f"{METHODS}/{method.id}/default", typed).status == 404
    assert get_invoice(invoice.id).status == "open"


def test_a_method_of_another_customer_does_not_pay_mine(visiting_as: Visitor) -> None:
    theirs, _ = _invoiced(visiting_as, "fake_ok")
    invoice, owner = _invoiced(visiting_as, "fake_late")
    (method,) = methods_of(get_customer(theirs.customer_id))
    assert owner.submit(_pay(invoice), method_id=method.id).status == 422
    assert get_invoice(invoice.id).status == "open"


def test_without_a_provider_there_are_no_methods(
    visiting_as: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(SettingsInput(name="Duebill", payment_instructions="IBAN DE02 1203"))
    invoice, owner = _invoiced(visiting_as)
    monkeypatch.setenv("DUEBILL_ENV", "production")
    assert owner.get(METHODS).status == 404
    seen = owner.get(_pay(invoice))
    assert "How to pay" in seen.text
    assert METHODS not in seen.links()
