"""Every list is filtered by what its objects are looked for by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from tests.api.checked_client import CheckedClient
from tests.api.factories import (
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
)

CREATED: dict[str, Callable[[], Any]] = {
    "/customers": create_customer,
    "/plans": create_plan,
    "/subscriptions": create_subscription,
    "/invoices": create_invoice,
    "/payments": create_payment,
    "/credit_notes": create_credit_note,
    "/coupons": create_coupon,
    "/tax_rates": create_tax_rate,
    "/meters": create_meter,
}


def ids(client: CheckedClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.json
    return [row["id"] for row in answer.json["data"]]


@pytest.mark.parametrize("path", CREATED)
def test_lists_are_bounded_by_when_things_came_to_be(admin: CheckedClient, path: str) -> None:
    made = []
    for day in (1, 2, 3, 4):
        with clock.frozen(datetime(2026, 3, day, 9, 30, tzinfo=UTC)):
            made.append(CREATED[path]().id)
    first, second, third, fourth = made
    between = f"{path}?created_at[gte]=2026-03-02T09:30:00Z&created_at[lt]=2026-03-04T09:30:00Z"
    assert ids(admin, between) == [third, second]
    assert ids(admin, f"{between}&sort=created_at") == [second, third]
    assert ids(admin, f"{path}?created_at[lt]=2026-03-02") == [first]
    assert ids(admin, f"{path}?created_at[gte]=2026-03-04")[-1] == fourth


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_none_in_utc_is_422(admin: CheckedClient, instant: str) -> None:
    answer = admin.get(f"/customers?created_at[gte]={instant}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "created_at[gte]")


def test_a_bounded_list_is_walked_by_cursor_in_both_directions(admin: CheckedClient) -> None:
    made = []
    for minute in (0, 0, 0, 1, 2, 3):  # some at the same instant
        with clock.frozen(datetime(2026, 3, 1, 9, minute, tzinfo=UTC)):
            made.append(create_plan().id)
    for sort, expected in (("created_at", made), ("-created_at", made[::-1])):
        path = f"/plans?created_at[gte]=2026-03-01&created_at[lt]=2026-03-02&limit=2&sort={sort}"
        walked, cursor = [], ""
        while cursor is not None:
            page = admin.get(f"{path}&cursor={cursor}" if cursor else path).json
            assert page["total"] == 6
            walked += [row["id"] for row in page["data"]]
            cursor = page["next_cursor"]
        assert walked == expected


def test_what_lives_at_another_time_is_found_by_that_time(admin: CheckedClient) -> None:
    """On a test clock the order of creation is not that of the ids."""
    test_clock = create_test_clock(now="2031-01-01")
    customer = create_customer(test_clock_id=test_clock.id)
    later = create_subscription(customer_id=customer.id, start_date="2031-01-01").id
    sooner = create_subscription().id
    everything = "/subscriptions?created_at[gte]=2020-01-01"
    assert ids(admin, everything) == [later, sooner]
    assert ids(admin, "/subscriptions") == [sooner, later]
    assert ids(admin, "/subscriptions?created_at[gte]=2031-01-01") == [later]
    assert ids(admin, f"/subscriptions?test_clock_id={test_clock.id}") == [later]


def test_a_cursor_belongs_to_its_filters(admin: CheckedClient) -> None:
    for _ in range(3):
        create_plan()
    plain = admin.get("/plans?limit=1").json["next_cursor"]
    answer = admin.get(f"/plans?limit=1&cursor={plain}&created_at[gte]=2020-01-01")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "cursor"


def test_invoices_by_when_they_are_due(admin: CheckedClient) -> None:
    soon, late = (create_invoice(due_date=f"2099-01-{day:02}").id for day in (5, 20))
    create_invoice(draft=True)
    assert ids(admin, "/invoices?due_date[gte]=2099-01-01&due_date[lt]=2099-01-20") == [soon]
    assert ids(admin, "/invoices?due_date[gte]=2099-01-01&sort=due_date") == [soon, late]
    assert ids(admin, "/invoices?due_date[gte]=2099-01-06&status=open") == [late]
    assert ids(admin, "/invoices?due_date[gte]=2099-01-06&status=paid") == []


def test_subscriptions_by_when_they_are_billed_next(admin: CheckedClient) -> None:
    march, april = (create_subscription(start_date=f"2099-0{m}-01").id for m in (3, 4))
    bounded = "/subscriptions?next_billing_date[gte]=2099-03-01&next_billing_date[lt]=2099-04-01"
    assert ids(admin, bounded) == [march]
    assert ids(admin, "/subscriptions?next_billing_date[gte]=2099-03-02") == [april]


def test_credit_notes_by_number_and_users_by_email(admin: CheckedClient) -> None:
    note, user = create_credit_note(), create_user(email="grace@example.com")
    create_credit_note()
    assert ids(admin, f"/credit_notes?number={note.number}") == [note.id]
    assert ids(admin, "/users?email=grace@example.com") == [user.id]
    assert ids(admin, "/users?email=grace") == []


@pytest.mark.parametrize(
    "query",
    [
        "/invoices?due_date[gte]=2026-02-30",
        "/invoices?due_date[gt]=2026-02-01",
        "/subscriptions?next_billing_date[lt]=soon",
        "/payments?created_at[gte]=2026",
        "/users?email=",
        "/billing_runs?created_at[lt]=now",
    ],
)
def test_a_filter_that_means_nothing_is_422_and_named(admin: CheckedClient, query: str) -> None:
    answer = admin.get(query)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == query.partition("?")[2].split("=", maxsplit=1)[0]
