"""ETag and If-Match on every object that can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.checked_client import CheckedClient
from tests.api.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_user,
)

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


@pytest.mark.parametrize(
    ("path", "method", "create"),
    [
        ("/customers/{}", "DELETE", create_customer),
        ("/plans/{}/archive", "POST", create_plan),
        ("/subscriptions/{}", "DELETE", create_subscription),
        ("/subscriptions/{}/reactivate", "POST", create_subscription),
        ("/invoices/{}/pay", "PUT", create_invoice),
        ("/invoices/{}/void", "POST", create_invoice),
        ("/invoices/{}/mark_uncollectible", "POST", create_invoice),
        ("/invoices/{}/finalize", "POST", lambda: create_invoice(draft=True)),
    ],
)
def test_every_other_write_to_an_object_honours_it_too(
    admin: CheckedClient, path: str, method: str, create: Callable[[], Any]
) -> None:
    answer = admin.request(method, path.format(create().id), if_match='"77"')
    assert answer.status_code == 412
