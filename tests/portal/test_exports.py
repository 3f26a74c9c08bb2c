"""Lists as CSV: what the filters leave, in the list's order, sent while it is read."""

from __future__ import annotations

import csv
import io
import socket
from typing import Any

import pytest
from flask import Flask

from billing import clock
from billing.database import Database, Row, database
from billing.users.permissions import scopes_of
from portal.lists import export
from tests.factories import create_customer, create_invoice, create_payment, create_plan
from tests.portal.believable import build
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient

EXPORTS = (
    "/customers",
    "/plans",
    "/subscriptions",
    "/invoices",
    "/payments",
    "/credit-notes",
    "/coupons",
    "/tax-rates",
    "/meters",
    "/webhooks",
    "/users",
    "/oauth-clients",
    "/events",
    "/api-calls",
)


def table(reader: PageClient, path: str) -> list[dict[str, str]]:
    """The rows of a list's table, by the names of its head."""
    name, _, query = path.partition("?")
    seen = reader.get(f"{name}/export.csv?{query}")
    assert seen.status == 200, seen.html
    assert seen.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(seen.html, newline="")))


def many(db: Database[Row], count: int) -> None:
    """Customers that differ in their ids alone."""
    row = create_customer(name="One of many").row()
    rows = [row | {"_id": f"cus_{number:026d}"} for number in range(count)]
    db.customers.insert_many(rows)


CURSORS = {"idleCursors": True, "allUsers": True}


def open_cursors(db: Database[Row]) -> int:
    """Those of our customers; the server has the databases of other workers too."""
    ours = {"type": "idleCursor", "ns": f"{db.name}.customers"}
    return len(list(db.client.admin.aggregate([{"$currentOp": CURSORS}, {"$match": ours}])))


def test_every_list_has_a_table_of_all_its_rows(admin: PageClient) -> None:
    build()
    for path in EXPORTS:
        name = "api_calls" if path == "/api-calls" else path[1:].replace("-", "_")
        collection = {"webhooks": "webhook_endpoints", "credit_notes": "credit_notes"}.get(name)
        rows = table(admin, path)
        assert len(rows) == database()[collection or name].count_documents({}), path
        assert all(row["id"] for row in rows), path
        assert f"{path}/export.csv" in admin.get(path).links(), path


def test_a_table_has_the_rows_of_its_list_in_their_order(admin: PageClient) -> None:
    for name in ("Bravo", "alpha", "Charlie"):
        create_customer(name=name)
    create_customer(name="Away", status="suspended")
    query = "/customers?status=active&sort=name&cursor=anything"
    assert [row["name"] for row in table(admin, query)] == ["alpha", "Bravo", "Charlie"]
    assert [row["name"] for row in table(admin, "/customers?q=brav")] == ["Bravo"]
    assert table(admin, "/customers?q=nobody") == []


def test_money_has_the_decimals_of_its_currency_and_names_it(admin: PageClient) -> None:
    for currency in ("USD", "JPY", "KWD"):
        line = {"description": "Work", "quantity": 1, "unit_amount": 1234567}
        create_invoice(line_items=[line], currency=currency)
    totals = {row["currency"]: row["total"] for row in table(admin, "/invoices")}
    assert totals == {"USD": "12345.67", "JPY": "1234567", "KWD": "1234.567"}


def test_what_a_row_names_is_named(admin: PageClient) -> None:
    customer = create_customer(name="Müller, Söhne & «Cie»")
    payment = create_payment(invoice=create_invoice(customer=customer))
    (row,) = table(admin, "/payments")
    assert row["customer_name"] == "Müller, Söhne & «Cie»"
    assert row["invoice_number"].startswith("INV-")
    assert row["amount"] == f"{payment.amount / 100:.2f}"


def test_a_formula_stays_text(admin: PageClient) -> None:
    create_customer(name='=HYPERLINK("https://evil.example";"Pay here")')
    (row,) = table(admin, "/customers")
    assert row["name"].startswith("'=HYPERLINK")


def test_the_file_is_named_for_the_list_and_the_day(admin: PageClient) -> None:
    create_plan()
    sent = admin.get("/plans/export.csv").headers["Content-Disposition"]
    assert sent == f'attachment; filename="plans-{clock.today().isoformat()}.csv"'


def test_lines_end_as_rfc_4180_wants_it(admin: PageClient) -> None:
    create_customer(name="Two\nlines")
    text = admin.get("/customers/export.csv").response.get_data()
    assert text.count(b"\r\n") == 2
    assert b'"Two\nlines"' in text


@pytest.mark.parametrize("role", ["viewer", "support", "billing"])
def test_who_may_not_see_a_list_gets_no_table_of_it(visiting_as: Visitor, role: str) -> None:
    reader, app = visiting_as(role), visiting_as(role).app
    with app.test_request_context():
        for path in EXPORTS:
            endpoint = path[1:].replace("-", "_")
            scope = app.view_functions[f"{endpoint}.export"].access.scope  # type: ignore[attr-defined]
            expected = 200 if scope in scopes_of(role) else 403
            assert reader.get(f"{path}/export.csv").status == expected, path


def test_strangers_get_no_table(anonymous: PageClient, stranger: PageClient) -> None:
    assert anonymous.get("/invoices/export.csv").to.startswith("/sign-in")
    assert stranger.get("/invoices/export.csv").status == 404


@pytest.mark.parametrize(
    "query", ["sort=password", "sort=%24where", "issued_from=yesterday", "due_before=2026-13-45"]
)
def test_an_address_that_was_tampered_with_gives_no_table(admin: PageClient, query: str) -> None:
    create_invoice()
    seen = admin.get(f"/invoices/export.csv?{query}")
    assert seen.status == 422
    assert "must be" in seen.text
    assert export._slots._value == export.AT_ONCE


def test_who_goes_away_ends_the_cursor_and_frees_the_slot(
    admin: PageClient, db: Database[Row]
) -> None:
    many(db, 2500)
    before = open_cursors(db)
    with admin.browser.get("/customers/export.csv", buffered=False) as answer:
        next(iter(answer.response))
        assert open_cursors(db) == before + 1
        assert export._slots._value == export.AT_ONCE - 1
    assert open_cursors(db) == before
    assert export._slots._value == export.AT_ONCE


def test_slow_readers_leave_threads_for_others(admin: PageClient, db: Database[Row]) -> None:
    many(db, 1500)
    slow = [admin.browser.get("/customers/export.csv", buffered=False) for _ in range(3)]
    refused = admin.get("/customers/export.csv")
    assert refused.status == 429
    assert "Try again in a moment" in refused.text
    for answer in slow:
        answer.close()
    assert len(table(admin, "/customers")) == 1501


def test_who_reads_nothing_any_more_is_let_go(admin: PageClient) -> None:
    create_customer()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        admin.get("/customers/export.csv", environ_overrides={"gunicorn.socket": ours})
        assert ours.gettimeout() == export.PATIENCE_SECONDS


def test_a_table_is_sent_before_all_of_it_is_read(
    app: Flask, admin: PageClient, db: Database[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    many(db, 5000)
    read = 0
    found = export._rows

    def counted(*given: Any) -> Any:
        nonlocal read
        for row in found(*given):
            read += 1
            yield row

    monkeypatch.setattr(export, "_rows", counted)
    answer = admin.browser.get("/customers/export.csv", buffered=False)
    parts = iter(answer.response)
    next(parts), next(parts)
    assert read <= 1000
    answer.close()
