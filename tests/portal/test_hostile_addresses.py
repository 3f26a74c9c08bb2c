"""What stands at the edge of time, of numbers and of sizes is answered, never with a 500."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from billing.customers.inputs import as_input
from billing.customers.save_customer import update_customer
from tests.factories import create_customer
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

DAYS = ("0001-01-01", "9999-12-31", "9999-12-31T23:59", "0001-01-01T00:00+14:00", "2026-W01-1")
LISTS_BY_DAY = (
    "/events?since={}",
    "/events?until={}",
    "/events/export.csv?until={}",
    "/views/new?list=events&until={}",
    "/invoices?due_from={}&due_before={}",
    "/invoices?issued_from={}&issued_before={}",
    "/payments?paid_from={}&paid_before={}",
    "/api-calls?since={}",
    "/revenue/movements?month={}",
    "/revenue/movements?month=9999-12",
)


@pytest.mark.parametrize("typed", DAYS)
def test_the_first_and_the_last_day_there_is(admin: PageClient, typed: str) -> None:
    customer = create_customer()
    statement = f"/customers/{customer.id}/statement"
    own = (
        statement + "?from={}&to={}",
        statement + "?from=&to={}",
        statement + "?from={}&to=",
        f"/events/objects/{customer.id}" + "?at={}",
    )
    for path in (*LISTS_BY_DAY, *own):
        address = path.replace("{}", typed.replace("+", "%2B"))
        assert admin.get(address).status in {200, 303, 404, 422}, address


@pytest.mark.parametrize("target", ["//[", "http://[", "/sign-in?next=//["])
def test_what_is_no_address_leads_nowhere(app: Flask, admin: PageClient, target: str) -> None:
    visitor = PageClient(app)
    assert visitor.get("/sign-in", query_string={"next": target}).status == 200
    fragment = {"HX-Request": "true", "HX-Current-URL": target}
    assert visitor.get("/customers", headers=fragment).headers["HX-Redirect"].startswith("/sign-in")


def test_a_name_that_looks_like_a_day_is_told_as_it_was_typed(admin: PageClient) -> None:
    customer = create_customer(name="2026-99-99")
    for name in ("2026-01-01T99:99", "2026-02-30"):
        changed = as_input(customer).model_copy(update={"name": name})
        customer = update_customer(customer.id, changed)
    for path in (f"/customers/{customer.id}", "/events", f"/events/objects/{customer.id}"):
        assert "2026-02-30" in admin.get(path).text


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_anchor", "_method", "_external"])
def test_no_parameter_of_a_list_is_an_option_of_its_addresses(admin: PageClient, name: str) -> None:
    create_customer()
    token = admin.get("/customers").values("/customers/bulk")
    refused = admin.post(
        f"/customers/bulk?{name}=x&q=a", MultiDict([*token.items(), ("act", "delete")])
    )
    assert refused.to == f"/customers?{name}=x&q=a"


def test_hidden_numbers_of_any_size_are_answered(admin: PageClient) -> None:
    customer = create_customer()
    path = f"/customers/{customer.id}/edit"
    for digits in ("9" * 5000, "9" * 30, "²"):
        assert admin.submit(path, revision=digits).status == 409
        page = admin.get("/invoices/new?customer_id=" + customer.id)
        gone = {**page.values().to_dict(), "rows": f"remove:line_items:{digits}"}
        assert admin.post(page.form().get("action", ""), gone).status in {200, 422}


def test_a_customer_cannot_keep_the_portal_busy_with_rows(visiting_as: Visitor) -> None:
    owner = visiting_as("customer", customer_id=create_customer().id)
    typed = owner.get("/account/details/edit").values().to_dict()
    rows = {f"contacts-{number}-email": "x" for number in range(20_000)}
    before = time.process_time()
    refused = owner.browser.post("/account/details/edit", data={**typed, **rows})
    assert time.process_time() - before < 3
    assert refused.status_code == 422
    assert len(refused.data) < 500_000
