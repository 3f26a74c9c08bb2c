"""A customer's own pages."""

from __future__ import annotations

import pytest

from billing.changes.cancel import cancel_subscription
from billing.changes.change import update_subscription
from billing.changes.pause import pause_subscription
from billing.invoices.queries import list_invoices
from billing.subscriptions.inputs import CancelSubscription, SubscriptionChange
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
    assert all(link.startswith(("/account", "/profile", "/search", "#")) for link in seen.links())


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


def test_trial_pause_and_pending_change_are_told_with_the_next_amount(
    visiting_as: Visitor,
) -> None:
    customer = create_customer()
    trial = create_subscription(customer=customer, plan=create_plan(name="Try", trial_days=9))
    paused = create_subscription(customer=customer, plan=create_plan(name="Rest"))
    pause_subscription(paused.id)
    growing = create_subscription(customer=customer, plan=create_plan(name="Grow", price=1100))
    later = SubscriptionChange(plan_id=growing.plan_id, price=2200, effective="period_end")
    update_subscription(growing.id, later)
    buyer = visiting_as("customer", customer_id=customer.id)
    overview = buyer.get("/account").text
    assert "Try Trialing $49.00 per month $49.00" in overview
    assert "Rest Paused $49.00 per month None" in overview
    assert "Grow $11.00 per month $22.00" in overview
    said = {trial: "its days are free", paused: "until it is resumed", growing: "Changes on"}
    for subscription, sentence in said.items():
        assert sentence in buyer.get(f"/account/subscriptions/{subscription.id}").text


def test_a_subscription_is_looked_at_and_nothing_can_be_done_to_it(visiting_as: Visitor) -> None:
    subscription = create_subscription()
    buyer = visiting_as("customer", customer_id=subscription.customer_id)
    seen = buyer.get(f"/account/subscriptions/{subscription.id}")
    assert "Next invoice" in seen.text
    assert "Due $49.00" in seen.text
    assert all(link.startswith(("/account", "/profile", "/search", "#")) for link in seen.links())
    assert buyer.get(f"/subscriptions/{subscription.id}").status == 404


def test_another_customers_subscription_is_not_found(stranger: PageClient) -> None:
    subscription = create_subscription()
    assert stranger.get(f"/account/subscriptions/{subscription.id}").status == 404
