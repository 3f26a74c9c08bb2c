"""All of a customer's pages and acts at once, tried by who must not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from billing.customers.queries import get_customer
from billing.database import database
from billing.payments.methods import add_method, methods_of
from billing.payments.source import PaymentSource
from billing.users.models import User
from billing.users.permissions import OWN_ACCOUNT
from portal.access import Access
from tests.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
    create_user,
)
from tests.portal.conftest import Visitor

LOOKING = frozenset({"read:customers", "read:subscriptions", "read:invoices"})


@pytest.fixture
def theirs(db: object) -> dict[str, str]:
    """Of one customer, something for each name that an address of the account may have."""
    customer = create_customer()
    plan = create_plan(pricing_model="per_unit", self_service=True)
    create_plan(self_service=True)
    note = create_credit_note(invoice=create_invoice(customer=customer), amount=500)
    payment = create_payment(invoice=create_invoice(customer=customer), amount=1000)
    add_method(customer.id, PaymentSource(token="fake_ok"))
    return {
        "customer_id": customer.id,
        "subscription_id": create_subscription(customer=customer, plan=plan).id,
        "invoice_id": payment.invoice_id,
        "payment_id": payment.id,
        "credit_note_id": note.id,
        "method_id": methods_of(get_customer(customer.id))[0].id,
        "user_id": create_user(role="customer", customer_id=customer.id).id,
    }


def addresses(app: Flask, values: dict[str, str]) -> Iterator[tuple[str, Access, set[str], bool]]:
    """Path, access and methods of every page for customers, and whether it names something."""
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if isinstance(access, Access) and access.audience == "customer":
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **{n: values[n] for n in rule.arguments})
            yield path, access, set(rule.methods or ()), bool(rule.arguments)


def test_every_form_of_an_account_is_for_owners_and_every_other_page_for_all(app: Flask) -> None:
    values = dict.fromkeys(
        ("subscription_id", "invoice_id", "payment_id", "credit_note_id", "method_id", "user_id"),
        "1",
    )
    found = list(addresses(app, values))
    assert len(found) > 25
    for path, access, methods, _ in found:
        assert ("POST" in methods) == (access.scope == OWN_ACCOUNT), path
        assert access.scope == OWN_ACCOUNT or access.scope in LOOKING, path


def test_with_another_customers_ids_nothing_is_found_and_nothing_is_done(
    app: Flask, visiting_as: Visitor, theirs: dict[str, str]
) -> None:
    stranger = visiting_as("customer", customer_id=create_customer().id)
    token = stranger.get("/profile").values("/profile")["csrf_token"]
    before = database().events.count_documents({})
    for path, _, methods, names_something in addresses(app, theirs):
        if not names_something:
            continue
        if "GET" in methods:
            assert stranger.get(path).status == 404, path
        if "POST" in methods:
            assert stranger.post(path, {"csrf_token": token}).status == 404, path
    assert database().events.count_documents({}) == before


def test_a_viewer_is_refused_every_act_and_shown_every_other_page(
    app: Flask, visiting_as: Visitor, theirs: dict[str, str]
) -> None:
    viewer = visiting_as("customer", customer_id=theirs["customer_id"])
    newest = User.objects.order_by("-last_login_at").first()
    User.objects(id=newest.id).update_one(set__customer_role="viewer")
    token = viewer.get("/profile").values("/profile")["csrf_token"]
    before, followed = database().events.count_documents({}), set()
    for path, access, methods, _ in addresses(app, theirs):
        if "POST" in methods:
            assert viewer.post(path, {"csrf_token": token}).status == 403, path
        if "GET" in methods and access.scope != OWN_ACCOUNT:
            seen = viewer.get(path)
            assert seen.status == 200, path
            followed |= seen.links() if seen.page is not None else set()
    assert database().events.count_documents({}) == before
    for link in followed:
        if link.startswith("/"):
            assert viewer.get(link).status == 200, f"{link} is offered"
