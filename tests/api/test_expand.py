"""Expanded answers: what an id names, beside the id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing.users import permissions
from tests.api.checked_client import CheckedClient
from tests.api.commands import Commands, overheard
from tests.api.conftest import Speaker
from tests.api.factories import (
    create_credit_note,
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
    create_test_clock,
    create_user,
)
from tests.factories import create_usage

ALSO = {
    "customer": "/customers/{}",
    "plan": "/plans/{}",
    "subscription": "/subscriptions/{}",
    "invoice": "/invoices/{}",
    "latest_invoice": "/invoices/{}",
}
LISTS = {
    "/subscriptions": ["customer", "plan", "latest_invoice"],
    "/invoices": ["customer", "subscription"],
    "/payments": ["customer", "invoice"],
    "/credit_notes": ["customer", "invoice"],
    "/usage_events": ["customer", "subscription"],
    "/events": ["customer"],
    "/users": ["customer"],
    "/customers/{}/credits": ["customer", "invoice"],
    "/customers/{}/entitlements": ["customer", "subscription", "plan"],
    "/plans/{}/versions": ["plan"],
}


@pytest.fixture
def shop(admin: CheckedClient) -> dict[str, str]:
    """Something in every list; the ids that two of the addresses need."""
    customer, plan = create_customer(), create_plan()
    subscription = create_subscription(customer_id=customer.id, plan_id=plan.id)
    create_subscription(start_date="2099-01-01")  # without an invoice
    invoice = create_invoice(customer_id=customer.id)
    create_payment(invoice_id=invoice.id, amount=10100)  # the customer is given the rest as credit
    create_invoice(customer_id=customer.id)
    create_credit_note()
    create_usage(subscription=subscription)
    create_user(role="customer", customer_id=customer.id)
    return {"/customers": customer.id, "/plans": plan.id}


@pytest.mark.parametrize("path", LISTS)
def test_each_reference_expands_to_what_its_own_get_gives(
    admin: CheckedClient, shop: dict[str, str], path: str
) -> None:
    names = LISTS[path]
    path = path.format(shop.get(path.partition("/{}")[0]))
    rows = admin.get(f"{path}?expand={','.join(names)}").json["data"]
    for name in names:
        assert any(row[name] for row in rows), name
        for row in rows:
            named = row[f"{name}_id"]
            assert row[name] == (admin.get(ALSO[name].format(named)).json if named else None)


def test_every_kind_that_names_another_can_be_expanded(admin: CheckedClient) -> None:
    """Whoever adds a kind of object with a customer_id is told to declare its references."""
    from tests.api.test_walks import ENDPOINTS

    for name, endpoint in ENDPOINTS.items():
        shaping = endpoint.shaping
        if shaping and shaping.kind:
            named = {field for field in ALSO if f"{field}_id" in shaping.shape.model_fields}
            assert named <= set(shaping.expandable), name


def test_one_object_expands_as_lists_do(admin: CheckedClient) -> None:
    subscription = create_subscription()
    path = f"/subscriptions/{subscription.id}?expand=customer,plan,latest_invoice"
    shown = admin.get(path).json
    assert shown["customer"]["id"] == shown["customer_id"] == subscription.customer_id
    assert shown["plan"]["name"] == "Pro"
    assert shown["latest_invoice"]["subscription_id"] == subscription.id


def test_what_an_expanded_object_names_can_be_expanded_too(admin: CheckedClient) -> None:
    subscription = create_subscription()
    [invoice] = admin.get("/invoices?expand=subscription.plan,subscription.customer").json["data"]
    assert invoice["subscription"]["plan"] == admin.get(f"/plans/{subscription.plan_id}").json
    assert invoice["subscription"]["customer"]["id"] == invoice["customer_id"]
    assert "email" in invoice["customer"]  # not expanded: as it was when the invoice was issued
    assert "id" not in invoice["customer"]


def test_an_invoices_customer_gives_way_to_the_customer_of_today(admin: CheckedClient) -> None:
    customer = create_customer(name="Ada")
    path = f"/invoices/{create_invoice(customer_id=customer.id).id}"
    admin.patch(f"/customers/{customer.id}", {"name": "Ada Lovelace"})
    assert admin.get(path).json["customer"]["name"] == "Ada"
    expanded = admin.get(f"{path}?expand=customer").json["customer"]
    assert expanded == admin.get(f"/customers/{customer.id}").json
    assert expanded["name"] == "Ada Lovelace"


def test_a_deleted_customer_is_still_shown(admin: CheckedClient) -> None:
    customer = create_customer()
    create_payment(invoice_id=create_invoice(customer_id=customer.id).id)
    assert admin.delete(f"/customers/{customer.id}").status_code == 204
    [payment] = admin.get("/payments?expand=customer").json["data"]
    assert payment["customer"]["deleted_at"]


def test_an_expanded_invoice_is_overdue_by_its_own_clock(admin: CheckedClient) -> None:
    clock = create_test_clock(now="2031-01-01")
    customer = create_customer(test_clock_id=clock.id)
    create_subscription(customer_id=customer.id, start_date="2031-01-01")
    admin.post(f"/test_clocks/{clock.id}/advance", {"to": "2031-01-20"})
    [subscription] = admin.get("/subscriptions?expand=latest_invoice").json["data"]
    assert subscription["latest_invoice"]["overdue"] is True


def test_a_write_answers_expanded_too(admin: CheckedClient) -> None:
    body = {"customer_id": create_customer().id, "plan_id": create_plan().id}
    created = admin.post("/subscriptions?expand=latest_invoice", body)
    assert created.status_code == 201
    assert created.json["latest_invoice"]["total"] == 4900


# ---- fields of what is expanded


def test_fields_can_be_asked_of_what_is_expanded(admin: CheckedClient) -> None:
    customer = create_customer(name="Ada")
    create_subscription(customer_id=customer.id)
    query = "?expand=customer,plan&fields=status,customer.name"
    [row] = admin.get(f"/subscriptions{query}").json["data"]
    assert set(row) == {"id", "object", "status", "customer", "plan"}
    assert row["customer"] == {"id": customer.id, "object": "customer", "name": "Ada"}
    assert row["plan"]["price"] == 4900  # expanded, and nothing said of its fields: all of it


def test_what_is_expanded_within_comes_whole_unless_named(admin: CheckedClient) -> None:
    create_subscription()
    query = "?expand=subscription.plan&fields=number,subscription.status"
    [row] = admin.get(f"/invoices{query}").json["data"]
    assert set(row) == {"id", "object", "number", "subscription"}
    assert set(row["subscription"]) == {"id", "object", "status", "plan"}
    assert row["subscription"]["plan"]["price"] == 4900


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("fields=customer.name", "customer.name needs expand=customer"),
        ("fields=customer", "customer needs expand=customer"),
        ("fields=plan.name&expand=customer", "plan.name needs expand=plan"),
        (
            "fields=latest_invoice.customer.name&expand=latest_invoice.customer",
            "latest_invoice.customer.name is not a field here",
        ),
        (
            "fields=latest_invoice.subscription&expand=latest_invoice",
            "latest_invoice.subscription needs expand=latest_invoice.subscription",
        ),
    ],
)
def test_fields_of_what_is_not_expanded_are_422(
    admin: CheckedClient, query: str, message: str
) -> None:
    answer = admin.get(f"/subscriptions?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "fields", "message": message}]


def test_fields_follow_what_stands_under_the_name(admin: CheckedClient) -> None:
    invoice = create_invoice()
    path = f"/invoices/{invoice.id}"
    assert admin.get(f"{path}?fields=customer.locale").json["customer"] == {"locale": "en"}
    refused = admin.get(f"{path}?fields=customer.locale&expand=customer").json["errors"]
    assert refused[0]["message"] == "customer.locale is not a field of what expand=customer gives"


@pytest.mark.parametrize(
    "text",
    [
        *("surprise", "", "customer,", "customer_id", "customer.plan", "plan.customer", "Customer"),
        *("data.customer", "latest_invoice.subscription.plan", "customer%00", "subscription"),
    ],
)
def test_what_cannot_be_expanded_is_422_and_named(admin: CheckedClient, text: str) -> None:
    answer = admin.get(f"/subscriptions?expand={text}")
    assert answer.status_code == 422
    [error] = answer.json["errors"]
    assert error["field"] == "expand"
    assert error["message"].endswith("cannot be expanded here")


def test_more_than_four_names_are_422(admin: CheckedClient) -> None:
    names = "customer,subscription,subscription.plan,subscription.customer"
    assert admin.get(f"/invoices?expand={names}").status_code == 200
    answer = admin.get(f"/invoices?expand={names},subscription.latest_invoice")
    assert answer.json["errors"] == [{"field": "expand", "message": "must have at most 4 entries"}]


def test_a_kind_that_names_nothing_expands_nothing(admin: CheckedClient) -> None:
    answer = admin.get("/plans?expand=customer")
    assert answer.json["errors"] == [{"field": "expand", "message": "is not a parameter here"}]


# ---- who may


def test_the_scope_to_read_it_is_demanded(speaking_as: Speaker) -> None:
    customer = create_customer()
    create_subscription(customer_id=customer.id)
    theirs = speaking_as("customer", customer_id=customer.id)
    for names in ("plan", "customer,plan"):
        answer = theirs.get(f"/subscriptions?expand={names}")
        assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
        assert "read:plans" in answer.json["detail"]
    nested = theirs.get("/invoices?expand=subscription.plan")
    assert nested.status_code == 403
    assert theirs.get("/subscriptions?expand=customer").status_code == 200


def test_a_missing_scope_is_told_before_anything_is_written(
    speaking_as: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = frozenset({"read:subscriptions", "write:subscriptions"})
    monkeypatch.setitem(permissions._TABLE, "support", needed)
    client, subscription = speaking_as("support"), create_subscription()
    path = f"/subscriptions/{subscription.id}"
    answer = client.delete(f"{path}?when=now&expand=plan")
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")
    assert client.get(path).json["status"] == "active"
    assert client.delete(f"{path}?when=now").status_code == 200


def test_customers_see_their_own_alone(speaking_as: Speaker) -> None:
    customer = create_customer()
    mine = create_subscription(customer_id=customer.id)
    create_invoice(customer_id=customer.id, draft=True)
    create_subscription()
    theirs = speaking_as("customer", customer_id=customer.id)
    [row] = theirs.get("/subscriptions?expand=customer,latest_invoice.customer").json["data"]
    assert row["id"] == mine.id
    assert row["customer"]["id"] == customer.id
    assert row["latest_invoice"]["customer"]["id"] == customer.id


# ---- what it costs


@pytest.fixture
def commands(app: Any, admin: CheckedClient, mongodb_uri: str) -> Iterator[Commands]:
    """What is sent to MongoDB, with twenty subscriptions of twenty customers there."""
    for _ in range(20):
        create_subscription()
    with overheard(mongodb_uri) as heard:
        yield heard


def sent(client: CheckedClient, commands: Commands, path: str) -> list[str]:
    client.get(path)  # whatever is asked once only
    commands.forget()
    assert len(client.get(path).json["data"]) in {2, 20}
    return list(commands.sent)


@pytest.mark.parametrize(
    ("path", "names", "more"),
    [
        ("/subscriptions", "customer,plan", ["find customers", "find plans"]),
        ("/subscriptions", "latest_invoice", ["find invoices"]),
        (
            "/invoices",
            "customer,subscription",
            ["aggregate invoices", "find customers", "find subscriptions"],
        ),
        (
            "/invoices",
            "subscription.plan,subscription.latest_invoice",
            ["aggregate invoices", "find invoices", "find plans", "find subscriptions"],
        ),
    ],
)
def test_each_expanded_kind_costs_one_query_however_long_the_page(
    admin: CheckedClient, commands: Commands, path: str, names: str, more: list[str]
) -> None:
    plain = sent(admin, commands, f"{path}?limit=20")
    expanded = sent(admin, commands, f"{path}?limit=20&expand={names}")
    for command in plain:
        expanded.remove(command)
    assert sorted(expanded) == more
    few = sent(admin, commands, f"{path}?limit=2&expand={names}")
    assert len(few) <= len(plain) + len(more) + 1  # beside a count of the pages to come


@pytest.mark.parametrize(
    ("path", "fields", "less"),
    [
        ("/subscriptions", "status", ["aggregate invoices"]),
        ("/subscriptions", "status,latest_invoice_id", []),
        ("/subscriptions", "latest_invoice.number&expand=latest_invoice", []),
        ("/invoices", "number&expand=subscription", []),
    ],
)
def test_what_is_not_asked_for_is_not_looked_up(
    admin: CheckedClient, commands: Commands, path: str, fields: str, less: list[str]
) -> None:
    _, _, expand = fields.partition("&")
    whole = sent(admin, commands, f"{path}?limit=20&{expand}")
    some = sent(admin, commands, f"{path}?limit=20&fields={fields}")
    assert sorted(some + less) == sorted(whole)


def test_what_is_left_unread_changes_nothing_that_is_shown(
    admin: CheckedClient, shop: dict[str, str]
) -> None:
    for template, names in LISTS.items():
        path = template.format(shop.get(template.partition("/{}")[0]))
        whole = admin.get(f"{path}?expand={','.join(names)}").json["data"]
        for name in names:
            some = admin.get(f"{path}?fields={name}_id&expand={name}").json["data"]
            assert [row[name] for row in some] == [row[name] for row in whole]
