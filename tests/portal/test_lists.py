"""Lists: search, filters, sort and pages live in the address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import create_customer, create_invoice, create_plan, create_subscription
from tests.portal.page_checks import text_of
from tests.portal.page_client import PageClient, Seen

LISTS = ("/customers", "/plans", "/subscriptions", "/invoices", "/users", "/events", "/runs")
FRAGMENT = {"HX-Request": "true", "HX-Target": "results"}


def _names(seen: Seen) -> list[str]:
    assert seen.page is not None
    return [a.text or "" for a in seen.page.findall(".//tbody//th/a")]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_page_and_the_same_rows_as_a_fragment(admin: PageClient, path: str) -> None:
    create_subscription()
    whole, part = admin.get(path), admin.get(path, headers=FRAGMENT)
    assert whole.html.startswith("<!doctype html>")
    assert "<main" not in part.html
    assert _names(whole) == _names(part)


def test_going_back_in_the_browser_gets_the_whole_page(admin: PageClient) -> None:
    headers = {**FRAGMENT, "HX-History-Restore-Request": "true"}
    assert admin.get("/customers?q=a", headers=headers).title == "Customers"


def test_search_finds_beginnings_of_words(admin: PageClient) -> None:
    create_customer(name="Acme Rockets")
    create_customer(name="Globex")
    assert _names(admin.get("/customers?q=rock")) == ["Acme Rockets"]
    assert _names(admin.get("/customers", query_string={"q": "$ne"})) == []


def test_nothing_found_leads_back_to_everything(admin: PageClient) -> None:
    create_customer()
    seen = admin.get("/customers?q=nobody")
    assert "Nothing matches" in seen.text
    assert "/customers" in seen.links()


@pytest.mark.parametrize("path", ["/customers", "/plans", "/subscriptions", "/invoices", "/runs"])
def test_an_empty_list_says_what_to_do_next(admin: PageClient, path: str) -> None:
    assert "yet" in admin.get(path).text


def test_pages_follow_each_other_and_keep_filter_and_sort(admin: PageClient) -> None:
    for number in range(25):
        create_customer(name=f"Customer {number:02}")
    first = admin.get("/customers?status=active&sort=name")
    assert _names(first) == [f"Customer {number:02}" for number in range(20)]
    older = next(link for link in first.links() if "cursor=" in link)
    assert "status=active" in older
    assert "sort=name" in older
    second = admin.get(older)
    assert _names(second) == [f"Customer {number:02}" for number in range(20, 25)]
    assert "/customers?status=active&sort=name" in second.links()


def test_a_heading_sorts_one_way_and_then_the_other(admin: PageClient) -> None:
    for name in ("B", "A", "C"):
        create_customer(name=name)
    up = admin.get("/customers?sort=name")
    assert _names(up) == ["A", "B", "C"]
    assert "/customers?sort=-name" in up.links()
    assert _names(admin.get("/customers?sort=-name")) == ["C", "B", "A"]


@pytest.mark.parametrize("query", ["cursor=rubbish", "sort=password", "sort=%24where"])
def test_an_address_that_was_tampered_with_is_explained(admin: PageClient, query: str) -> None:
    create_customer()
    seen = admin.get(f"/customers?{query}")
    assert seen.status == 422
    assert "must be" in seen.text


def test_unknown_parameters_of_an_address_do_no_harm(admin: PageClient) -> None:
    assert admin.get("/customers?utm_source=mail&status[$ne]=x").status == 200


def test_status_tabs_narrow_the_list(admin: PageClient) -> None:
    create_plan(name="On sale")
    create_plan(name="Idea", status="draft")
    assert _names(admin.get("/plans?status=draft")) == ["Idea"]


def test_overdue_is_a_filter_of_its_own(admin: PageClient) -> None:
    create_invoice()
    assert len(_names(admin.get("/invoices?status=open"))) == 1
    assert _names(admin.get("/invoices?overdue=true")) == []


def test_more_than_is_counted_is_said_with_a_plus(
    admin: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.pages.MAX_COUNT", 20)
    monkeypatch.setattr("portal.listing.MAX_COUNT", 20)
    for _ in range(22):
        create_customer()
    assert "20+ customers" in admin.get("/customers").text


def test_the_audit_trail_names_who_changed_what_from_where(admin: PageClient) -> None:
    customer = create_customer(name="Before")
    admin.submit(f"/customers/{customer.id}/edit", name="After")
    seen = admin.get(f"/events?object_id={customer.id}&type=customer.updated")
    assert "Ada Admin" in seen.text
    assert "127.0.0.1" in seen.text
    assert "Name Before After" in seen.text


def test_how_many_rows_there_are_is_said_where_a_search_does_not_replace_it(
    admin: PageClient,
) -> None:
    create_customer(name="Acme")
    create_customer(name="Globex")
    said = admin.get("/customers").page
    assert said is not None
    assert text_of(said.find(".//p[@id='said']")) == "2 customers"
    part = admin.get("/customers?q=acme", headers=FRAGMENT)
    assert '<p id="said" hx-swap-oob="innerHTML">1 customer</p>' in part.html
    none = admin.get("/customers?q=zzz", headers=FRAGMENT)
    assert ">No customers</p>" in none.html


def test_a_filter_that_no_tab_shows_is_named_and_can_be_taken_away(admin: PageClient) -> None:
    invoice = create_invoice(customer=create_customer(name="Acme & Sons"))
    create_invoice()
    seen = admin.get(f"/invoices?customer_id={invoice.customer_id}&status=open&currency=USD")
    assert "Customer: Acme & Sons" in seen.text
    assert f"/invoices?status=open&customer_id={invoice.customer_id}" in seen.links()
    assert "/invoices?status=open&currency=USD" in seen.links()


def test_dates_narrow_a_list_from_inclusive_and_before_exclusive(admin: PageClient) -> None:
    invoice = create_invoice()
    day, after = invoice.issue_date, invoice.issue_date + timedelta(days=1)
    assert len(_names(admin.get(f"/invoices?issued_from={day}&issued_before={after}"))) == 1
    assert _names(admin.get(f"/invoices?issued_before={day}")) == []
    seen = admin.get("/invoices?issued_from=soon")
    assert seen.status == 422
    assert "A day must be written like 2026-01-31." in seen.text
