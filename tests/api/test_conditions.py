"""ETag and If-Match on every object that can be written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from pymongo.database import Database

from billing import clock
from billing.database import Row
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import (
    PASSWORD,
    create_coupon,
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
    create_user,
)
from tests.api.test_walks import ENDPOINTS, address, body

OBJECTS: dict[str, tuple[str, Callable[[], Any], dict[str, Any]]] = {
    "customer": ("/customers", create_customer, {"phone": "1"}),
    "plan": ("/plans", create_plan, {"tier": "gold"}),
    "subscription": ("/subscriptions", create_subscription, {"quantity": 3}),
    "invoice": ("/invoices", lambda: create_invoice(draft=True), {"notes": "Thanks"}),
    "user": ("/users", create_user, {"name": "Ada"}),
}


@pytest.fixture(params=OBJECTS)
def case(request: pytest.FixtureRequest, db: Any) -> tuple[str, dict[str, Any]]:
    path, create, change = OBJECTS[request.param]
    return f"{path}/{create().id}", change


def test_the_etag_that_was_read_lets_one_write_through(
    admin: CheckedClient, case: tuple[str, dict[str, Any]]
) -> None:
    path, change = case
    etag = admin.get(path).headers["ETag"]
    first = admin.patch(path, change, if_match=etag)
    assert first.status_code == 200
    assert first.headers["ETag"] != etag
    second = admin.patch(path, change, if_match=etag)
    assert (second.status_code, second.json["code"]) == (412, "stale_revision")
    assert admin.get(path).headers["ETag"] == first.headers["ETag"]
    assert admin.patch(path, change, if_match=first.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("tag", ['"999"', '"abc"', 'W/"1"', '""', '"0"', '"01"', '"99999999999"'])
def test_a_tag_that_is_not_the_objects_is_412(
    admin: CheckedClient, case: tuple[str, dict[str, Any]], tag: str
) -> None:
    path, change = case
    assert admin.patch(path, change, if_match=tag).status_code == 412


@pytest.mark.parametrize("tag", ["1", '"1', "abc", "'1'", '"1" "2"', "**", '*, "1"', '"1",'])
def test_what_is_no_tag_is_400(
    admin: CheckedClient, case: tuple[str, dict[str, Any]], tag: str
) -> None:
    path, change = case
    answer = admin.patch(path, change, if_match=tag)
    assert (answer.status_code, answer.json["code"]) == (400, "malformed_if_match")


def test_any_of_several_tags_may_match(
    admin: CheckedClient, case: tuple[str, dict[str, Any]]
) -> None:
    path, change = case
    now = admin.get(path).headers["ETag"]
    assert admin.patch(path, change, if_match='"77", "78"').status_code == 412
    assert admin.patch(path, change, if_match=f'"77", {now}, "78"').status_code == 200


def test_a_star_matches_whatever_is_there(
    admin: CheckedClient, case: tuple[str, dict[str, Any]]
) -> None:
    path, change = case
    assert admin.patch(path, change, if_match="*").status_code == 200


BODIES: dict[str, dict[str, Any]] = {  # the least that each write takes
    "update_customer": {"name": "Ada", "email": "ada@example.com"},
    "adjust_credit": {"amount": 100, "reason": "Sorry"},
    "update_plan": {"name": "Pro", "price": 1, "currency": "USD", "billing_cycle": "monthly"},
    "update_coupon": {"code": "TEN", "name": "Ten", "percent_off": "10"},
    "update_tax_rate": {"name": "VAT", "percentage": "19"},
    "update_meter": {"name": "Calls", "aggregation": "sum"},
    "set_payment_source": {"provider": "fake", "token": "fake_ok"},
    "advance_test_clock": {"to": "2026-02-01"},
    "update_user": {"name": "Ada", "email": "ada@example.com", "role": "viewer"},
    "update_settings": {"name": "Acme"},
    "update_webhook_endpoint": {"url": "https://example.com/hooks", "event_types": ["*"]},
    "replay_webhook_deliveries": {"failed": True},
    "update_oauth_client": {"name": "CRM", "scopes": ["read:customers"]},
}
REVISED = [name for name, endpoint in ENDPOINTS.items() if endpoint.revised]


def least(name: str) -> dict[str, Any] | None:
    """A body that the write takes, where it takes one."""
    if name == "update_subscription":
        return {"plan_id": create_plan().id}
    if name == "update_invoice":
        line = {"description": "Setting up", "quantity": 1, "unit_amount": 100}
        return {"customer_id": create_customer().id, "line_items": [line]}
    return BODIES.get(name, body(ENDPOINTS[name]))


@pytest.mark.parametrize("name", REVISED)
def test_every_write_to_an_object_honours_if_match(
    admin: CheckedClient, db: Database[Row], name: str
) -> None:
    endpoint = ENDPOINTS[name]
    path, sent = address(endpoint), least(name)
    before = {c: list(db[c].find()) for c in db.list_collection_names() if c != "token_families"}
    answer = admin.request(endpoint.method, path, json=sent, if_match='"77"')
    assert (answer.status_code, answer.json["code"]) == (412, "stale_revision")
    assert {c: list(db[c].find()) for c in before} == before
    now = admin.request(endpoint.method, path, json=sent, if_match='"77", "1", "2"')
    assert now.status_code not in {412, 422}


# ---- reading what has not changed


READ: dict[str, tuple[str, Callable[[], Any]]] = {
    "customer": ("/customers/{}", create_customer),
    "plan": ("/plans/{}", create_plan),
    "subscription": ("/subscriptions/{}", create_subscription),
    "invoice": ("/invoices/{}", create_invoice),
    "payment": ("/payments/{}", create_payment),
    "credit note": ("/credit_notes/{}", create_credit_note),
    "coupon": ("/coupons/{}", create_coupon),
    "user": ("/users/{}", create_user),
    "settings": ("/settings", create_customer),
}


def again(client: CheckedClient, path: str, tag: str) -> int:
    """The status of reading `path` when the answer of `tag` is there already."""
    status: int = client.get(path, headers={"If-None-Match": tag}).status_code
    return status


@pytest.mark.parametrize("kind", READ)
def test_what_has_not_changed_is_not_sent_again(admin: CheckedClient, kind: str) -> None:
    path, create = READ[kind]
    path = path.format(create().id)
    tag = admin.get(path).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', f'"x",W/{tag} , "y"', "*"):
        answer = admin.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert "Content-Type" not in answer.headers
    for other in ('"77"', '"', "", tag.strip('"'), '"1-000000000000"', "W/*"):
        assert again(admin, path, other) == 200


def test_a_write_makes_what_was_read_stale(
    admin: CheckedClient, case: tuple[str, dict[str, Any]]
) -> None:
    path, change = case
    tag = admin.get(path).headers["ETag"]
    written = admin.patch(path, change).headers["ETag"]
    assert again(admin, path, tag) == 200
    assert again(admin, path, written) == 304


def test_what_changes_without_a_write_is_sent_again(speaking_as: Speaker) -> None:
    """An invoice becomes overdue by the calendar alone, and its revision stays."""
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        admin = speaking_as()
        path = f"/invoices/{create_invoice().id}"
        first = admin.get(path)
    with clock.frozen(datetime(2026, 3, 16, tzinfo=UTC)):
        admin = speaking_as()
        later = admin.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (later.status_code, later.json["overdue"]) == (200, True)
        read = {"If-Match": first.headers["ETag"]}  # still the invoice that was read
        assert admin.put(f"{path}/pay", {}, headers=read).status_code == 200


def test_what_others_bring_about_is_sent_again(admin: CheckedClient) -> None:
    coupon, customer, invoice = create_coupon(), create_customer(), create_invoice()
    user = create_user(email="grace@example.com")
    payment = create_payment(invoice_id=invoice.id)
    subscription = create_subscription(customer_id=customer.id, start_date="2099-01-01")
    tags = {
        path: admin.get(path).headers["ETag"]
        for path in (
            f"/coupons/{coupon.id}",
            f"/users/{user.id}",
            f"/payments/{payment.id}",
            f"/invoices/{invoice.id}",
            f"/customers/{customer.id}",
            f"/subscriptions/{subscription.id}",
        )
    }
    admin.post("/auth/login", {"email": "grace@example.com", "password": PASSWORD})
    admin.post(f"/payments/{payment.id}/refund", {"amount": 1})
    admin.post("/credit_notes", {"invoice_id": invoice.id, "amount": 2})
    admin.post(f"/customers/{customer.id}/credits", {"amount": 1, "reason": "Sorry"})
    admin.patch(f"/subscriptions/{subscription.id}", {"coupon": coupon.code})
    for path, tag in tags.items():
        shown = admin.get(path, headers={"If-None-Match": tag})
        assert shown.status_code == 200, path


def test_a_tag_is_that_of_the_answer_not_of_the_object_alone(admin: CheckedClient) -> None:
    customer = create_customer()
    subscription = create_subscription(customer_id=customer.id)
    path = f"/subscriptions/{subscription.id}"
    expanded = f"{path}?expand=customer"
    tag = admin.get(expanded).headers["ETag"]
    assert tag != admin.get(path).headers["ETag"]
    assert again(admin, expanded, tag) == 304
    admin.patch(f"/customers/{customer.id}", {"phone": "1"})
    assert again(admin, expanded, tag) == 200
    assert admin.patch(path, {"quantity": 2}, if_match=tag).status_code == 200


def test_what_is_left_of_an_object_is_known_by_its_tag_too(admin: CheckedClient) -> None:
    path = f"/customers/{create_customer().id}"
    tag = admin.get(f"{path}?fields=name").headers["ETag"]
    assert again(admin, f"{path}?fields=name", tag) == 304
    admin.patch(path, {"name": "Ada"})
    assert again(admin, f"{path}?fields=name", tag) == 200


def test_only_reads_of_one_object_ask_what_is_known(admin: CheckedClient) -> None:
    path = f"/customers/{create_customer().id}"
    known = {"If-None-Match": "*"}
    assert admin.get("/customers", headers=known).status_code == 200
    assert admin.patch(path, {"phone": "1"}, headers=known).status_code == 200


READS = [name for name, endpoint in ENDPOINTS.items() if endpoint.method == "GET"]


@pytest.mark.parametrize("name", READS)
def test_every_read_tells_its_headers_alone(app: Flask, admin: CheckedClient, name: str) -> None:
    path = address(ENDPOINTS[name])
    whole = admin.get(path)
    head = app.test_client().head(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {admin.token}"}
    )
    assert (head.status_code, head.data) == (whole.status_code, b"")
    for header in ("ETag", "Content-Type", "Cache-Control"):
        assert head.headers.get(header) == whole.headers.get(header)
