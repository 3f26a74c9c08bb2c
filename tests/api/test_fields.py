"""Sparse answers: `fields` names what is wanted of each object."""

from __future__ import annotations

from typing import Any

import pytest

from api.papers.answers import Pdf
from api.selection import fields_of
from tests.api.checked_client import CheckedClient
from tests.api.factories import (
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
)
from tests.api.test_walks import ENDPOINTS, address

UNMADE = {
    "get_webhook_delivery",
    "get_event",
    "get_usage_event",
    "get_billing_run",
}  # of which the walk makes none
READS = [
    name
    for name, e in ENDPOINTS.items()
    if e.method == "GET" and not (e.public or name in UNMADE or isinstance(e.answer, Pdf))
]
BERLIN = {"line1": "Unter den Linden 1", "city": "Berlin", "country": "DE"}


def objects(body: Any) -> list[dict[str, Any]]:
    """The objects in an answer: those of a list, or the one."""
    return body["data"] if "next_cursor" in body else [body]


@pytest.mark.parametrize("name", READS)
def test_every_read_gives_the_fields_that_are_asked_for(admin: CheckedClient, name: str) -> None:
    endpoint = ENDPOINTS[name]
    assert endpoint.shaping
    create_payment()
    path, fields = address(endpoint), list(fields_of(endpoint.shaping.shape))
    wanted = {field for field in ("id", "object") if field in fields} | {fields[-1]}
    whole = objects(admin.get(path).json)
    for sparse in objects(admin.get(f"{path}?fields={fields[-1]}").json):
        assert set(sparse) == wanted
    for all_of_it in objects(admin.get(f"{path}?fields={','.join(fields)}").json):
        assert set(all_of_it) == set(whole[0])


def test_fields_of_objects_within_can_be_asked_for(admin: CheckedClient) -> None:
    customer = create_customer(address=BERLIN, name="Ada")
    path = f"/customers/{customer.id}?fields=name,address.city,address.country,billing_address.city"
    assert admin.get(path).json == {
        "id": customer.id,
        "object": "customer",
        "name": "Ada",
        "address": {"city": "Berlin", "country": "DE"},
        "billing_address": None,
    }
    whole = admin.get(f"/customers/{customer.id}?fields=address.city,address").json["address"]
    assert whole["line1"] == "Unter den Linden 1"


def test_fields_of_each_of_a_list_within_can_be_asked_for(admin: CheckedClient) -> None:
    line = {"description": "Setting up", "amount": 10000}
    invoice = create_invoice()
    sparse = admin.get(f"/invoices/{invoice.id}?fields=line_items.description,line_items.amount")
    assert sparse.json["line_items"] == [line]


def test_a_list_keeps_its_frame_and_its_pages(admin: CheckedClient) -> None:
    for _ in range(3):
        create_plan()
    first = admin.get("/plans?fields=name&limit=2").json
    assert [set(row) for row in first["data"]] == [{"id", "object", "name"}] * 2
    assert (first["has_more"], first["total"]) == (True, 3)
    rest = admin.get(f"/plans?fields=name&limit=2&cursor={first['next_cursor']}").json
    assert len(rest["data"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "surprise",
        "name,surprise",
        "",
        "name,",
        ",",
        "name,,email",
        "address.street",
        "address.city.name",
        "address.",
        ".city",
        "metadata.key",
        "credit_balances",
        "search_terms",
        "Name",
        "name%00",
        "name;email",
        "name, email",
        "__class__",
    ],
)
def test_what_is_no_field_is_422_and_named(admin: CheckedClient, text: str) -> None:
    for path in ("/customers", f"/customers/{create_customer().id}"):
        answer = admin.get(f"{path}?fields={text}")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")
        [error] = answer.json["errors"]
        assert error["field"] == "fields"
        assert error["message"].endswith("is not a field here")


def test_no_answer_shows_what_is_only_stored(admin: CheckedClient) -> None:
    """Fields are those of the documented shape, whatever else there is in the database."""
    for path, field in [
        ("/users", "password_hash"),
        ("/customers", "credit_balances"),
        ("/invoices", "imported_from"),
        ("/payments", "token"),
        ("/subscriptions", "usage_seq"),
    ]:
        assert admin.get(f"{path}?fields={field}").status_code == 422


def test_too_much_text_and_fields_given_twice_are_422(admin: CheckedClient) -> None:
    long = admin.get(f"/plans?fields={'name,' * 1000}name")
    assert long.json["errors"][0]["message"] == "must have at most 4000 characters"
    twice = admin.get("/plans?fields=name&fields=price")
    assert twice.json["errors"] == [{"field": "fields", "message": "is given more than once"}]


def test_a_write_answers_what_is_asked_for_too(admin: CheckedClient) -> None:
    body = {"name": "Ada", "email": "ada@example.com"}
    created = admin.post("/customers?fields=email", body)
    assert created.status_code == 201
    assert set(created.json) == {"id", "object", "email"}
    assert created.headers["Location"] == f"/api/v1/customers/{created.json['id']}"
    assert created.headers["ETag"] == '"1"'


def test_a_wrong_field_is_refused_before_anything_is_written(admin: CheckedClient) -> None:
    subscription = create_subscription()
    path = f"/subscriptions/{subscription.id}"
    assert admin.delete(f"{path}?when=now&fields=surprise").status_code == 422
    assert admin.get(path).json["status"] == "active"
