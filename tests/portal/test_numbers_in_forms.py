"""A German reader types amounts, prices, percentages and usage as they are written in German."""

from __future__ import annotations

import pytest

from billing.coupons.queries import list_coupons
from billing.credit_notes.queries import list_credit_notes
from billing.invoices.queries import get_invoice, list_invoices
from billing.plans.queries import get_plan, list_plans
from billing.subscriptions.queries import get_subscription
from billing.taxes.queries import list_tax_rates
from billing.usage.queries import list_usage_events
from tests.factories import (
    create_customer,
    create_invoice,
    create_meter,
    create_plan,
    create_subscription,
)
from tests.portal.conftest import Visitor
from tests.portal.page_client import PageClient
from tests.portal.test_plan_calculator import platform


@pytest.fixture
def german(visiting_as: Visitor) -> PageClient:
    client = visiting_as("admin")
    client.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return client


def test_a_payment_is_shown_and_typed_with_a_comma(german: PageClient) -> None:
    invoice = create_invoice(line_items=[{"description": "Work", "unit_amount": 300_000}])
    page = german.get(f"/invoices/{invoice.id}/pay")
    assert page.values()["amount"] == "3000,00"
    refused = german.send(page, amount="1.250", reference="K-7")
    assert refused.error_of("amount") == (
        "Betrag lässt sich auf zwei Arten lesen; schreiben Sie 1250 oder 1,25."
    )
    assert (refused.values()["amount"], refused.values()["reference"]) == ("1.250", "K-7")
    assert german.send(refused, amount="1.250,50").status == 303
    assert get_invoice(invoice.id).amount_due == 174_950


def test_what_was_typed_is_read_as_it_was_written_though_the_language_changed(
    german: PageClient,
) -> None:
    """A form stays in the writing in which its page was shown, also over a refusal."""
    invoice = create_invoice(line_items=[{"description": "Work", "unit_amount": 300_000}])
    page = german.get(f"/invoices/{invoice.id}/pay")
    german.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    refused = german.send(page, amount="12,50", paid_date="never")
    assert refused.status == 422
    assert refused.values()["amount"] == "12,50"
    today = german.get(f"/invoices/{invoice.id}/pay").values()["paid_date"]
    assert german.send(refused, paid_date=today).status == 303
    assert get_invoice(invoice.id).amount_due == 298_750


def test_unit_prices_in_rows_have_a_comma_and_more_decimals(german: PageClient) -> None:
    lines = {
        "line_items-0-description": "Calls",
        "line_items-0-quantity": "1.000",
        "line_items-0-unit_amount": "0,125",
    }
    customer = create_customer()
    page = f"/invoices/new?customer_id={customer.id}"
    assert german.submit(page, **lines, draft="y").status == 303
    draft = list_invoices(customer_id=customer.id).items[0]
    assert (draft["line_items"][0]["quantity"], draft["total"]) == (1000, 12_500)
    seen = german.get(f"/invoices/{draft['_id']}/edit")
    assert seen.values()["line_items-0-unit_amount"] == "0,125"
    refused = german.send(seen, **{"line_items-0-unit_amount": "1.255"})
    assert "schreiben Sie 1255 oder 1,255" in refused.error_of("line_items-0-unit_amount")


def test_credit_is_typed_with_a_comma_of_an_invoice_its_lines_and_by_hand(
    german: PageClient,
) -> None:
    invoice = create_invoice(line_items=[{"description": "Work", "unit_amount": 300_000}])
    seen = german.submit(f"/invoices/{invoice.id}/credit", **{"lines-0-amount": "1.012,50"})
    assert seen.values()["lines-0-amount"] == "1.012,50"
    assert german.send(seen).status == 303
    assert list_credit_notes(invoice_id=invoice.id).items[0]["total"] == 101_250
    customer = create_customer()
    by_hand = f"/customers/{customer.id}/credit"
    assert german.submit(by_hand, amount="-0,5", reason="Kulanz").status == 422  # there is none
    assert german.submit(by_hand, amount="25,00", currency="EUR", reason="Kulanz").status == 303


def test_coupons_and_tax_rates_take_percentages_with_a_comma(german: PageClient) -> None:
    half = {"code": "HALB", "name": "Halb", "percent_off": "12,5"}
    assert german.submit("/coupons/new", **half).status == 303
    off = {"code": "ZEHN", "name": "Zehn", "amount_off": "1.250,00", "currency": "EUR"}
    assert german.submit("/coupons/new", **off).status == 303
    found = {row["code"]: row for row in list_coupons().items}
    assert found["HALB"]["percent_off"] == "12.5"
    assert found["ZEHN"]["amount_off"] == 125_000
    rate = {"name": "NYC", "country": "US"}
    for typed in ("8,875", "8.875"):
        seen = german.submit("/tax-rates/new", **rate, percentage=typed)
        assert "108,88" in german.follow(seen).text
    assert {row["percentage"] for row in list_tax_rates().items} == {"8.875"}


def test_a_plan_is_shown_and_saved_with_commas_throughout(german: PageClient) -> None:
    plan = platform()
    page = german.get(f"/plans/{plan.id}/edit")
    values = page.values()
    assert values["setup_fee"] == "99,00"
    assert values["tiers-1-unit_amount"] == "4,005"
    assert "2,9" in {text for name, text in values.items() if name.endswith("-percentage")}
    before = get_plan(plan.id).row()
    assert german.send(page).status == 303
    after = get_plan(plan.id).row()
    assert {**after, "revision": 0, "updated_at": 0} == {**before, "revision": 0, "updated_at": 0}
    typed = {"name": "Team", "pricing_model": "per_unit", "price": "1.049,50"}
    seen = german.submit("/plans/new", **typed, quantities="1, 1.000", calculate="y")
    assert "1.049,50\u00a0$" in seen.html
    assert "1.049.500,00\u00a0$" in seen.html
    assert german.send(seen).status == 303
    assert 104_950 in {row["price"] for row in list_plans().items}


def test_the_calculator_reads_usage_as_it_is_written(german: PageClient) -> None:
    path = f"/plans/{platform().id}?quantities=1.000&usage.volume="
    assert "Menge 1.000" in german.get(f"{path}10.000,5").text
    assert "schreiben Sie 1250 oder 1,25" in german.get(f"{path}1.250").text
    assert "muss eine Zahl sein wie 12 oder 0,5" in german.get(f"{path}viel").text


def test_a_negotiated_price_is_previewed_and_kept(german: PageClient) -> None:
    subscription = create_subscription(plan=create_plan(pricing_model="per_unit"), price="125.5")
    page = german.get(f"/subscriptions/{subscription.id}/change")
    assert page.values()["price"] == "1,255"
    assert german.send(page, price="1.039,50", preview="y").values()["price"] == "1.039,50"
    assert german.send(page, price="1.039,50").status == 303
    assert get_subscription(subscription.id).price == 103_950


def test_usage_is_a_number_or_any_text_as_its_meter_has_it(german: PageClient) -> None:
    numbers, texts = create_meter(), create_meter(aggregation="unique")
    path = f"/subscriptions/{create_subscription().id}/usage/new"
    refused = german.submit(path, meter=numbers.key, value="1.250")
    assert "schreiben Sie 1250 oder 1,25" in refused.error_of("value")
    assert german.submit(path, meter=numbers.key, value="1.250,5").status == 303
    assert german.submit(path, meter=texts.key, value="1.250").status == 303
    found = {row["meter"]: str(row["value"]) for row in list_usage_events().items}
    assert found == {numbers.key: "1250.5", texts.key: "1.250"}
