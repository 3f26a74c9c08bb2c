"""The first page, and the tables and lists behind its figures."""

from __future__ import annotations

import csv
import io

import pytest

from billing import clock
from portal.csv_answers import _harmless
from tests.factories import (
    create_customer,
    create_invoice,
    create_payment,
    create_plan,
    create_subscription,
)
from tests.portal.page_client import PageClient

BEHIND = ("/revenue/movements", "/revenue/months.csv?currency=USD", "/revenue/ageing.csv")


def test_only_staff_look_behind_the_figures(anonymous: PageClient, stranger: PageClient) -> None:
    for path in BEHIND:
        assert anonymous.get(path).status == 303
        assert stranger.get(path).status == 404


def test_an_empty_house_is_shown_three_steps(admin: PageClient) -> None:
    page = admin.get("/")
    assert "Three steps to your first invoice" in page.text
    assert "Monthly recurring revenue" not in page.text


def test_each_figure_opens_the_rows_it_is_made_of(viewer: PageClient) -> None:
    create_subscription(customer=create_customer(name="Initech"))
    links = viewer.get("/").links()
    for path in ("/revenue/subscriptions?currency=USD", "/revenue/movements?currency=USD"):
        assert path in links
        assert "Initech" in viewer.get(path).text


def test_what_was_collected_this_month_opens_the_payments_of_this_month(viewer: PageClient) -> None:
    payment = create_payment()
    month = clock.today().replace(day=1)
    assert f"/payments?paid_from={month}" in viewer.get("/").links()
    seen = viewer.get(f"/payments?paid_from={month}")
    assert f"/payments/{payment.id}" in seen.links()


def test_a_currency_is_shown_at_a_time(viewer: PageClient) -> None:
    create_subscription()
    create_invoice(currency="JPY")
    assert "¥10,000" not in viewer.get("/").text
    assert "¥10,000" in viewer.get("/?currency=JPY").text
    assert viewer.get("/?currency=nonsense").status == 200


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [("months", "new", "49.00"), ("collected", "kept", "42.00"), ("ageing", "amount", "107.00")],
)
def test_tables_are_given_to_spreadsheets(
    viewer: PageClient, name: str, column: str, value: str
) -> None:
    create_subscription(plan=create_plan(price=4900, billing_cycle="monthly"))
    create_payment(amount=4200)
    answer = viewer.get(f"/revenue/{name}.csv?currency=USD")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.html)))
    assert value in {row[column] for row in rows}, rows


def test_there_is_no_table_of_a_currency_that_nothing_is_in(viewer: PageClient) -> None:
    assert viewer.get("/revenue/months.csv?currency=XXX").status == 404


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "2026", "2026-01-15", "0000-01"])
def test_a_month_that_is_none_is_not_found(viewer: PageClient, month: str) -> None:
    assert viewer.get(f"/revenue/movements?month={month}").status == 404


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    assert _harmless(text) == f"'{text}"
    assert _harmless("-12.50") == "-12.50"
