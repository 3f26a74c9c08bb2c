"""Walks over every endpoint there is, also those of tomorrow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from api.answers import PageOf
from api.body import MAX_BYTES
from api.endpoint import Endpoint
from api.routes import features
from billing.users.permissions import CLIENT_SCOPES, ROLES, SCOPES, scopes_of
from tests.api.checked_client import CheckedClient, document, operations, resolved
from tests.api.conftest import Speaker
from tests.api.factories import (
    create_client,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_meter,
    create_payment,
    create_plan,
    create_subscription,
    create_tax_rate,
    create_test_clock,
    create_user,
    create_webhook_endpoint,
)

PUBLIC = {"login", "refresh", "get_openapi"}
ANY_TOKEN = {"logout", "get_me"}
SINGLE = {"/settings"}  # objects of which there is one
ASKING = {  # posts that write nothing
    "estimate_plan",
    "preview_move",
    "preview_subscription",
    "preview_subscription_change",
    "preview_cancellation",
    "preview_pause",
}
BULK = {"move_subscribers"}  # writes to many objects, none of which is the one that is named
ENDPOINTS: dict[str, Endpoint] = {
    endpoint.name: endpoint for feature in features() for endpoint in feature.declared
}
ALL = pytest.mark.parametrize("name", ENDPOINTS)


def address(endpoint: Endpoint) -> str:
    """The endpoint's path, of objects that exist and belong to some customer."""
    create = {
        "customer_id": create_customer,
        "plan_id": create_plan,
        "subscription_id": create_subscription,
        "invoice_id": create_invoice,
        "payment_id": create_payment,
        "credit_note_id": create_credit_note,
        "meter_id": create_meter,
        "user_id": create_user,
        "coupon_id": create_coupon,
        "tax_rate_id": create_tax_rate,
        "test_clock_id": create_test_clock,
        "client_id": create_client,
        "webhook_endpoint_id": create_webhook_endpoint,
    }
    names = re.findall(r"<(\w+)>", endpoint.path)
    path = endpoint.path
    for name in names:
        made = create[name]().id if name in create else "none_00000000000000000000000000"
        path = path.replace(f"<{name}>", made)
    return path


def body(endpoint: Endpoint) -> Any:
    """What it takes at least, of objects that belong to some customer."""
    if endpoint.name in {"preview_subscription", "preview_subscription_change"}:
        plan = {"plan_id": create_plan().id}
        change = endpoint.name.endswith("change")
        return plan if change else {**plan, "customer_id": create_customer().id}
    return {} if endpoint.body or endpoint.patch else None


def test_only_a_short_list_is_public_or_takes_any_token() -> None:
    assert {n for n, e in ENDPOINTS.items() if e.public} == PUBLIC
    assert {n for n, e in ENDPOINTS.items() if not e.public and not e.scope} == ANY_TOKEN
    assert {e.scope for e in ENDPOINTS.values() if e.scope} <= set(SCOPES)


def test_every_route_of_the_blueprint_is_a_declared_endpoint(app: Flask) -> None:
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    assert rules == {f"api.{name}" for name in ENDPOINTS}


@ALL
def test_every_endpoint_asks_for_a_token(anonymous: CheckedClient, name: str) -> None:
    endpoint = ENDPOINTS[name]
    answer = anonymous.request(endpoint.method, address(endpoint), json=body(endpoint))
    assert (answer.status_code == 401) == (name not in PUBLIC)
    assert "RateLimit-Remaining" in answer.headers, "it is counted, whoever asks"


@ALL
def test_no_endpoint_takes_more_than_1_mib(speaking_as: Speaker, name: str) -> None:
    endpoint = ENDPOINTS[name]
    if endpoint.body or endpoint.patch:
        answer = speaking_as("admin").request(
            endpoint.method,
            address(endpoint),
            data=b" " * (MAX_BYTES + 1),
            content_type="application/json",
        )
        assert answer.status_code == 413


@ALL
def test_every_endpoint_asks_for_its_scope(speaking_as: Speaker, name: str) -> None:
    endpoint = ENDPOINTS[name]
    for role in ROLES:
        if endpoint.scope is None or endpoint.scope in scopes_of(role) or role == "customer":
            continue
        client = speaking_as(role)
        answer = client.request(endpoint.method, address(endpoint), json=body(endpoint))
        assert answer.status_code == 403
        assert endpoint.scope in answer.json["detail"]


@ALL
def test_a_stranger_finds_nothing_that_is_not_theirs(stranger: CheckedClient, name: str) -> None:
    endpoint = ENDPOINTS[name]
    if name in PUBLIC | ANY_TOKEN:
        return
    answer = stranger.request(endpoint.method, address(endpoint), json=body(endpoint))
    if endpoint.staff_only or endpoint.scope in scopes_of("customer"):
        listing = "<" not in endpoint.path and not endpoint.staff_only and not endpoint.body
        assert answer.status_code == (200 if listing else 404)
    else:
        assert answer.status_code == 403
    if answer.status_code == 200:
        mine = {stranger.get("/me").json["customer_id"]}
        rows = answer.json["data"]
        assert {row.get("customer_id", row["id"]) for row in rows} <= mine


def test_the_openapi_document_is_valid(app: Flask) -> None:
    validate(document(app))


@ALL
def test_every_endpoint_is_documented(app: Flask, name: str) -> None:
    endpoint, operation = ENDPOINTS[name], operations(app)[name]
    path = endpoint.path.replace("<", "{").replace(">", "}")
    assert document(app)["paths"][path][endpoint.method.lower()] is operation
    assert operation["summary"]
    assert operation["description"]
    scopes = [endpoint.scope] if endpoint.scope else []
    ways = ["bearer", "oauth2"] if set(scopes) <= set(CLIENT_SCOPES) else ["bearer"]
    assert operation["security"] == ([] if endpoint.public else [{way: scopes} for way in ways])
    for status, response in operation["responses"].items():
        answer = resolved(app, response)
        assert "X-Request-Id" in answer["headers"]
        if int(status) >= 400:
            assert set(answer["content"]) == {"application/problem+json"}


@ALL
def test_an_endpoint_of_one_object_says_what_happens_when_it_is_missing(name: str) -> None:
    endpoint = ENDPOINTS[name]
    if "<" in endpoint.path:
        codes = {refusal.code for refusal in endpoint.refusals}
        assert any(code.endswith("_not_found") for code in codes)


@ALL
def test_every_list_is_paged(name: str) -> None:
    endpoint = ENDPOINTS[name]
    if isinstance(endpoint.answer, PageOf):
        assert {"limit", "cursor"} <= set(endpoint.query.model_fields)


@ALL
def test_every_write_to_one_object_honours_if_match(name: str) -> None:
    endpoint = ENDPOINTS[name]
    is_one_object = "<" in endpoint.path or endpoint.path in SINGLE
    writes = endpoint.method != "GET" and name not in ASKING | BULK
    assert endpoint.revised == (is_one_object and writes)
