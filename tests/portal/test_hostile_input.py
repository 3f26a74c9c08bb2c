"""Nothing that is typed or put into an address breaks a page or reaches a query as an operator."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from billing.database import database
from tests.factories import PASSWORD
from tests.portal.believable import ADMIN, Business, build
from tests.portal.page_client import PageClient

EVIL = {
    "nul": "a\x00b@c",
    "operator": '{"$ne": ""}',
    "markup": "<script>alert(1)</script>\"'",
    "long": "x" * 20_000,
    "digits": "9" * 400,
    "negative": "-1",
    "not a number": "NaN",
    "infinite": "Infinity",
    "exponent": "1e999999",
    "unicode": "\u202e٤٩\U0001f600",
    "traversal": "../../etc/passwd",
    "template": "{{ 7*7 }}{% raise %}",
}


@pytest.fixture
def business(db: object) -> Business:
    return build()


@pytest.fixture
def ada(app: Flask, business: Business) -> PageClient:
    client = PageClient(app)
    assert client.submit("/sign-in", email=ADMIN, password=PASSWORD).status == 303
    return client


def _forms(of: Business) -> list[str]:
    return [
        "/customers/new",
        f"/customers/{of.customer}/edit",
        "/plans/new",
        f"/plans/{of.plan}/edit",
        f"/subscriptions/new?customer_id={of.customer}",
        f"/subscriptions/{of.subscription}/change",
        f"/subscriptions/{of.subscription}/cancel",
        f"/subscriptions/{of.subscription}/pause",
        f"/subscriptions/{of.paused}/resume",
        f"/invoices/new?customer_id={of.customer}",
        f"/invoices/{of.draft}/edit",
        f"/invoices/{of.invoice}/pay",
        f"/invoices/{of.invoice}/credit",
        f"/payments/{of.payment}/refund",
        f"/payments/source/{of.customer}",
        "/users/new",
        f"/users/{of.user}/edit",
        "/profile",
    ]


@pytest.mark.parametrize("kind", EVIL)
def test_whatever_is_typed_is_refused_or_kept_as_text(
    ada: PageClient, business: Business, kind: str
) -> None:
    before = {name: database()[name].count_documents({}) for name in ("customers", "invoices")}
    for path in _forms(business):
        seen = ada.get(path)
        typed = seen.values()
        evil = {name: EVIL[kind] for name in typed if name not in {"csrf_token", "customer_id"}}
        refused = ada.post(path, MultiDict({**typed.to_dict(), **evil}))
        assert refused.status in ({400} if kind == "nul" else {409, 422}), path
        assert "<script>alert" not in refused.html
    assert before == {name: database()[name].count_documents({}) for name in before}


@pytest.mark.parametrize("kind", EVIL)
def test_whatever_is_in_an_address_is_answered(ada: PageClient, kind: str) -> None:
    names = (
        "q",
        "status",
        "sort",
        "cursor",
        "customer_id",
        "plan_id",
        "type",
        "as_of_date",
        "role",
        "since",
        "status_class",
    )
    for path in (
        "/customers",
        "/plans",
        "/subscriptions",
        "/invoices",
        "/users",
        "/events",
        "/api-calls",
        "/runs",
    ):
        for name in names:
            seen = ada.get(path, query_string={name: EVIL[kind]})
            assert seen.status in ({400} if kind == "nul" else {200, 422}), (path, name)
            assert "<script>alert" not in seen.html


@pytest.mark.parametrize("kind", ["nul", "operator", "markup", "long", "traversal"])
def test_whatever_stands_for_an_id_is_not_found(ada: PageClient, kind: str) -> None:
    for path in ("/customers/", "/plans/", "/subscriptions/", "/invoices/", "/runs/", "/users/"):
        expected = 400 if kind == "nul" else 404
        assert ada.get(path + EVIL[kind].replace("/", "%2F")).status == expected


def test_a_form_of_a_thousand_rows_is_answered(ada: PageClient, business: Business) -> None:
    path = f"/invoices/new?customer_id={business.customer}"
    typed = ada.get(path).values().to_dict()
    rows = {f"line_items-{n}-description": "x" for n in range(900)}
    assert ada.post(path, {**typed, **rows}).status == 422


def test_a_form_over_1_mib_is_refused_by_every_page(app: Flask, ada: PageClient) -> None:
    large = {"name": "x" * 1024 * 1024}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.startswith("api."):
            continue
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "1"))
        answer = ada.browser.post(path, data=large)
        assert answer.status_code == 413, path
