"""Following all that happens: `GET /events?after=`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.checked_client import CheckedClient
from tests.api.factories import create_customer, create_invoice


def test_pulling_gives_everything_once_in_order_without_any_worker(admin: CheckedClient) -> None:
    for _ in range(4):
        create_invoice()
    pulled: list[dict[str, Any]] = []
    while True:
        after = pulled[-1]["seq"] if pulled else 0
        page = admin.get(f"/events?after={after}&limit=5").json
        pulled += page["data"]
        assert page["next_cursor"] is None
        if not page["has_more"]:
            break
    assert [event["seq"] for event in pulled] == list(range(1, len(pulled) + 1))
    everything = admin.get("/events?limit=100&sort=created_at").json["data"]
    assert [event["id"] for event in pulled] == [event["id"] for event in everything]
    assert admin.get(f"/events/{pulled[0]['id']}").json == pulled[0]
    nothing = admin.get(f"/events?after={len(pulled)}").json
    assert (nothing["data"], nothing["has_more"], nothing["total"]) == ([], False, 0)


def test_an_event_shows_no_number_before_it_has_one(admin: CheckedClient) -> None:
    customer = create_customer()
    (event,) = admin.get(f"/events?object_id={customer.id}").json["data"]
    assert event["seq"] is None
    admin.get("/events?after=0")
    assert admin.get(f"/events/{event['id']}").json["seq"] >= 1


def test_pulling_filters_by_type_object_and_customer(admin: CheckedClient) -> None:
    invoice = create_invoice()
    create_customer()

    def types(query: str) -> list[str]:
        return [event["type"] for event in admin.get(f"/events?after=0&{query}").json["data"]]

    of_invoice = ["invoice.created", "invoice.finalized"]
    assert types(f"object_id={invoice.id}") == of_invoice
    assert types(f"customer_id={invoice.customer_id}") == ["customer.created", *of_invoice]
    assert types("type=invoice.finalized") == ["invoice.finalized"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=-1", "after"),
        ("after=one", "after"),
        ("after=1e3", "after"),
        ("after=1000000000000000", "after"),
        ("after=", "after"),
        ("after=0&limit=101", "limit"),
        ("after=0&sort=created_at", "sort"),
        ("after=0&cursor=abc", "cursor"),
        ("after=0&actor_id=usr_00000000000000000000000000", "actor_id"),
    ],
)
def test_what_cannot_be_pulled_by_is_422_and_named(
    admin: CheckedClient, query: str, field: str
) -> None:
    answer = admin.get(f"/events?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_large_number_is_no_mistake(admin: CheckedClient) -> None:
    assert admin.get("/events?after=999999999999999").json["data"] == []
