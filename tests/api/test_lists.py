"""What all lists share: pages by cursor, capped counts, and parameters that are declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from billing import pages
from tests.api.checked_client import CheckedClient
from tests.api.factories import (
    create_customer,
    create_invoice,
    create_plan,
    create_subscription,
    create_user,
)

LISTS: dict[str, Callable[[], Any]] = {
    "/customers": create_customer,
    "/plans": create_plan,
    "/subscriptions": create_subscription,
    "/invoices": create_invoice,
    "/users": create_user,
    "/events": create_customer,
}


@pytest.mark.parametrize("path", LISTS)
def test_walking_by_cursor_gives_each_object_once_newest_first(
    admin: CheckedClient, path: str
) -> None:
    for _ in range(5):
        LISTS[path]()
    whole = [row["id"] for row in admin.get(f"{path}?limit=100").json["data"]]
    walked: list[str] = []
    cursor = ""
    while True:
        page = admin.get(f"{path}?limit=2{cursor}").json
        walked += [row["id"] for row in page["data"]]
        assert page["total"] == len(whole)
        assert page["total_capped"] is False
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert walked == whole == sorted(whole, reverse=True)
    assert len(whole) >= 5


def walked(client: CheckedClient, path: str, field: str) -> list[Any]:
    """One field of every row, page by page of two."""
    values, cursor = [], ""
    while True:
        page = client.get(f"{path}?limit=2{cursor}").json
        values += [row[field] for row in page["data"]]
        if not page["has_more"]:
            return values
        cursor = f"&cursor={page['next_cursor']}"


def test_the_versions_of_a_plan_are_walked_by_number(admin: CheckedClient) -> None:
    path = f"/plans/{create_plan().id}"
    for price in range(10):  # the tenth and eleventh come after the ninth, not after the first
        admin.patch(path, {"price": price})
    assert walked(admin, f"{path}/versions", "version") == list(range(11, 0, -1))
    ascending = admin.get(f"{path}/versions?sort=version").json["data"]
    assert [row["version"] for row in ascending] == list(range(1, 12))


def test_entitlements_are_walked_subscription_by_subscription(admin: CheckedClient) -> None:
    customer = create_customer()
    made = [create_subscription(customer_id=customer.id).id for _ in range(5)]
    create_subscription()
    path = f"/customers/{customer.id}/entitlements"
    assert walked(admin, path, "subscription_id") == made[::-1]


def test_what_is_created_while_walking_disturbs_no_page(admin: CheckedClient) -> None:
    for n in range(4):
        create_customer(name=f"Old {n}")
    first = admin.get("/customers?limit=2").json
    create_customer(name="New")
    second = admin.get(f"/customers?limit=2&cursor={first['next_cursor']}").json
    names = [row["name"] for row in first["data"] + second["data"]]
    assert names == ["Old 3", "Old 2", "Old 1", "Old 0"]


def test_a_count_stops_at_its_cap_and_says_so(
    admin: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_COUNT", 3)
    for _ in range(5):
        create_plan()
    page = admin.get("/plans?limit=1").json
    assert (page["total"], page["total_capped"]) == (3, True)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%2B1", "limit"),
        ("limit=", "limit"),
        ("limit=2&limit=3", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=WyJ4Iix7IiRuZSI6MX0sImEiXQ", "cursor"),
        ("sort=password_hash", "sort"),
        ("sort=$where", "sort"),
        ("surprise=1", "surprise"),
        ("q[$ne]=1", "q[$ne]"),
        ("page=2", "page"),
    ],
)
def test_a_wrong_or_unknown_parameter_is_422_and_named(
    admin: CheckedClient, path: str, query: str, field: str
) -> None:
    answer = admin.get(f"{path}?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/customers", "status=deleted"),
        ("/customers", "include_deleted=1"),
        ("/customers", "created_at[gte]=yesterday"),
        ("/customers", "created_at[gte]=2026-02-30"),
        ("/customers", "created_at[gte]=2026-01-01T00:00:00"),
        ("/customers", "created_at[gte]=99999-01-01"),
        ("/customers", "created_at[gt]=2026-01-01"),
        ("/customers", "email="),
        ("/plans", "billing_cycle=fortnightly"),
        ("/plans", "currency=usd"),
        ("/subscriptions", "customer_id=1"),
        ("/subscriptions", "status=dead"),
        ("/invoices", "overdue=yes"),
        ("/invoices", "issue_date[gte]=2026-13-01"),
        ("/invoices", "issue_date[gte]=2026-01-01T00:00:00Z"),
        ("/invoices", "issue_date[gte]=20260101"),
        ("/events", "type=x"),
        ("/users", "role=god"),
    ],
)
def test_a_filter_takes_only_what_it_can_mean(admin: CheckedClient, path: str, query: str) -> None:
    answer = admin.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.split("=", maxsplit=1)[0]


def test_an_endpoint_without_parameters_refuses_any(admin: CheckedClient) -> None:
    answer = admin.get(f"/customers/{create_customer().id}?expand=invoices")
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "expand", "message": "is not a parameter here"}]
