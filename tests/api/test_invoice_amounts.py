"""Taxes, coupons and credit on invoices, and previews, over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from billing import clock
from billing.database import database
from tests.api.checked_client import CheckedClient
from tests.api.conftest import Speaker
from tests.api.factories import (
    create_coupon,
    create_customer,
    create_subscription,
    create_tax_rate,
)

TODAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.frozen(TODAY):
        yield


def body(**values: Any) -> dict[str, Any]:
    """A coupon, and a line with an exclusive and an inclusive rate each."""
    added, contained = create_tax_rate(), create_tax_rate(percentage="7", inclusive=True)
    lines = [
        {"description": "Work", "unit_amount": 10_000, "tax_rate_ids": [added.id]},
        {"description": "Book", "unit_amount": 10_700, "tax_rate_ids": [contained.id]},
    ]
    customer_id = create_customer().id
    coupon = create_coupon(percent_off="50").code
    return {"customer_id": customer_id, "line_items": lines, "coupon": coupon, **values}


def test_an_invoice_names_discounts_and_taxes(admin: CheckedClient) -> None:
    made = admin.post("/invoices", body()).json
    assert (made["subtotal"], made["discount_total"], made["tax_total"]) == (20_700, 10_350, 1300)
    assert (made["total"], made["amount_due"]) == (11_300, 11_300)
    taxes = [(t["percentage"], t["inclusive"], t["taxable_amount"], t["amount"])
             for t in made["taxes"]]  # fmt: skip
    assert taxes == [("19", False, 5000, 950), ("7", True, 5000, 350)]
    assert [row["amount"] for row in made["discounts"]] == [10_350]
    lines = [(row["discount_amount"], row["tax_amount"]) for row in made["line_items"]]
    assert lines == [(5000, 950), (5350, 350)]


def test_what_is_credited_by_one_invoice_pays_the_next(admin: CheckedClient) -> None:
    customer = create_customer()
    line = {"description": "Goodwill", "unit_amount": -3000}
    given = admin.post("/invoices", {"customer_id": customer.id, "line_items": [line]}).json
    assert (given["status"], given["total"], given["credit_applied"]) == ("paid", -3000, -3000)
    assert admin.get(f"/customers/{customer.id}").json["credit_balance"] == 3000
    line = {"description": "Work", "unit_amount": 10_000}
    made = admin.post("/invoices", {"customer_id": customer.id, "line_items": [line]}).json
    assert (made["credit_applied"], made["amount_due"], made["status"]) == (3000, 7000, "open")


def test_reverse_charge_is_noted_and_untaxed(admin: CheckedClient) -> None:
    made = admin.post("/invoices", body(customer_id=create_customer(tax_exempt="reverse").id)).json
    assert (made["tax_total"], made["taxes"], made["total"]) == (0, [], 10_350)
    assert made["legal_note"].startswith("Reverse charge")


def test_a_preview_is_what_would_be_made_and_nothing_is(admin: CheckedClient) -> None:
    asked = body()
    seen = admin.post("/invoices/preview", asked)
    assert seen.status_code == 200
    assert database().invoices.count_documents({}) == 0
    assert seen.json["number"] is None
    made = admin.post("/invoices", asked).json
    own = {"id", "number", "finalized_at"}
    assert {n: v for n, v in made.items() if n not in own} == {
        n: v for n, v in seen.json.items() if n not in own
    }


def test_a_preview_of_another_day_and_other_rates(admin: CheckedClient) -> None:
    other = create_tax_rate(percentage="10")
    lines = [{"description": "Work", "unit_amount": 1000}]
    more = {"line_items": lines, "tax_rate_ids": [other.id], "as_of_date": "2027-01-01"}
    seen = admin.post("/invoices/preview", body(**more, coupon=None)).json
    assert (seen["tax_total"], seen["issue_date"], seen["due_date"]) == (
        100, "2027-01-01", "2027-01-15",
    )  # fmt: skip


def test_a_preview_of_what_a_subscription_owes(admin: CheckedClient) -> None:
    ask = {"subscription_id": create_subscription().id}
    refused = admin.post("/invoices/preview", ask)
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_due")
    seen = admin.post("/invoices/preview", {**ask, "as_of_date": "2026-12-23"}).json
    assert (seen["period_start"], seen["total"]) == ("2026-12-23", 4900)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tax_rate_ids": ["x"]}, "tax_rate_ids.0"),
        ({"tax_rate_ids": [f"txr_{'0' * 26}"]}, "tax_rate_ids"),
        ({"as_of_date": "soon"}, "as_of_date"),
        ({"coupon": "NOSUCH"}, "coupon"),
        ({"line_items": []}, "line_items"),
        ({"total": 1}, "total"),
    ],
)
def test_a_preview_of_what_makes_no_sense_is_422(
    admin: CheckedClient, change: dict[str, object], field: str
) -> None:
    answer = admin.post("/invoices/preview", body(**change))
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {field}


def test_who_may_not_make_invoices_may_not_preview_them(speaking_as: Speaker) -> None:
    answer = speaking_as("viewer").post("/invoices/preview", body())
    assert (answer.status_code, answer.json["code"]) == (403, "missing_scope")


def test_a_preview_is_only_asked_for_by_post(admin: CheckedClient) -> None:
    answer = admin.get("/invoices/preview")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" not in answer.headers["Allow"]
    assert admin.get("/invoices/inv_preview").json["code"] == "invoice_not_found"
