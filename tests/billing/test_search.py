"""Search: by the beginnings of words, whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.customers.queries import list_customers
from billing.database import Database, Row
from billing.invoices.queries import list_invoices
from billing.plans.queries import list_plans
from billing.search import search_terms
from billing.subscriptions.queries import list_subscriptions
from billing.users.queries import list_users
from tests.factories import create_customer, create_invoice, create_subscription


@pytest.mark.parametrize(
    "query",
    ["acme", "ACME", "ac", "gmbh acme", "ann@acme.com", "ann@ac", "X-17", "zür", "  acme ", "o'b"],
)
def test_a_customer_is_found_by_the_beginning_of_any_word(db: Database[Row], query: str) -> None:
    create_customer(name="Somebody Else")
    wanted = create_customer(
        name="Acme GmbH Zürich O'Brien", email="ann@acme.com", external_id="X-17"
    )
    assert [row["_id"] for row in list_customers(q=query).items] == [wanted.id]


@pytest.mark.parametrize("query", ["cme", "acme xyz", "ann@acmf", "!!", ".*", "@"])
def test_what_begins_no_word_finds_nobody(db: Database[Row], query: str) -> None:
    create_customer(name="Acme GmbH", email="ann@acme.com")
    assert list_customers(q=query).items == []


def test_an_id_finds_its_object_and_nothing_else(db: Database[Row]) -> None:
    subscription, invoice = create_subscription(), create_invoice()
    assert [r["_id"] for r in list_customers(q=f" {invoice.customer_id} ").items] == [
        invoice.customer_id
    ]
    assert [r["_id"] for r in list_subscriptions(q=subscription.id).items] == [subscription.id]
    assert [r["_id"] for r in list_invoices(q=invoice.id).items] == [invoice.id]
    assert [r["_id"] for r in list_plans(q=subscription.plan_id).items] == [subscription.plan_id]


def test_a_customers_words_find_what_belongs_to_them(db: Database[Row]) -> None:
    customer = create_customer(name="Wanted Inc")
    subscription = create_subscription(customer=customer)
    create_subscription()
    assert [r["_id"] for r in list_subscriptions(q="wanted").items] == [subscription.id]
    found = list_invoices(q="wanted").items
    assert {row["customer_id"] for row in found} == {customer.id}
    assert len(found) == 1


def test_an_invoice_is_found_by_the_beginning_of_its_number(db: Database[Row]) -> None:
    numbers = [create_invoice().number for _ in range(3)]
    series = numbers[0].rpartition("-")[0]
    assert [r["number"] for r in list_invoices(q=numbers[1].lower()).items] == [numbers[1]]
    assert len(list_invoices(q=series).items) == 3
    assert list_invoices(q=f"{series}-1").items == []


@pytest.mark.parametrize("query", ["a@\x00b", "\x00", "a\x00b", "@" * 300, "x" * 10_000, "\\", "$"])
def test_odd_queries_are_answered_by_an_empty_page(db: Database[Row], query: str) -> None:
    create_customer(name="Acme")
    for listed in (list_customers, list_plans, list_users, list_subscriptions, list_invoices):
        assert listed(q=query).items == []


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(max_size=30))
def test_whatever_is_typed_gets_an_answer(db: Database[Row], query: str) -> None:
    assert list_customers(q=query).total >= 0
    assert list_invoices(q=query).total >= 0


def test_terms_are_the_whole_text_and_its_words() -> None:
    assert search_terms("Acme GmbH", None, "a@b.co", "") == [
        "a", "a@b.co", "acme", "acme gmbh", "b", "co", "gmbh",
    ]  # fmt: skip
