"""A customer's own pages."""

from __future__ import annotations

import pytest

from billing.changes.cancel import cancel_subscription
from billing.invoices.queries import list_invoices
from billing.subscriptions.inputs import CancelSubscription
from tests.factories import create_customer, create_invoice, create_plan, create_subscription
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient


def test_the_overview_says_what_is_paid_and_when_next(visiting_as: Visitor) -> None:
    customer = create_customer(name="Acme")
    plan = create_plan(name="Team", price=1200, pricing_model="per_unit")
    create_subscription(customer=customer, plan=plan, quantity=5)
    seen = visiting_as("customer", customer_id=customer.id).get("/account")
    assert seen.title == "Acme"
    assert "Team $60.00 per month" in seen.text
    assert "INV-" in seen.text


def test_a_subscription_that_ends_has_no_next_invoice(visiting_as: Visitor) -> None:
    subscription = create_subscription()
    cancel_subscription(subscription.id, CancelSubscription())
    buyer = visiting_as("customer", customer_id=subscription.customer_id)
    assert "None, it ends" in buyer.get("/account").text
    assert "Ends" in buyer.get("/account/subscriptions").text


def test_an_invoice_is_explained_and_nothing_can_be_changed(visiting_as: Visitor) -> None:
    subscription = create_subscription()
    invoice = list_invoices(subscription_id=subscription.id).items[0]
    buyer = visiting_as("customer", customer_id=subscription.customer_id)
    seen = buyer.get(f"/account/invoices/{invoice['_id']}")
    assert seen.title == invoice["number"]
    assert "Explain" in seen.text
    assert all(link.startswith(("/account", "/profile", "#")) for link in seen.links())


def test_drafts_and_others_are_not_found(visiting_as: Visitor) -> None:
    customer = create_customer()
    draft = create_invoice(customer=customer, draft=True)
    others = create_invoice()
    buyer = visiting_as("customer", customer_id=customer.id)
    for invoice in (draft, others):
        assert buyer.get(f"/account/invoices/{invoice.id}").status == 404
    assert "No invoices yet" in buyer.get("/account/invoices").text


@pytest.mark.parametrize("path", ["/account/invoices?status=paid", "/account/subscriptions"])
def test_lists_are_empty_kindly(stranger: PageClient, path: str) -> None:
    assert stranger.get(path).status == 200
