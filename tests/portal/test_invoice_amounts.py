"""Taxes, coupons and credit of one-off invoices in the browser."""

from __future__ import annotations

from billing.invoices.queries import get_invoice, list_invoices
from billing.taxes.save_tax_rate import archive_tax_rate
from tests.factories import create_coupon, create_customer, create_invoice, create_tax_rate
from tests.portal.page_client import PageClient

LINE = {
    "line_items-0-description": "Work",
    "line_items-0-quantity": "2",
    "line_items-0-unit_amount": "50.00",
}


def new(customer_id: str) -> str:
    return f"/invoices/new?customer_id={customer_id}"


def test_taxes_are_ticked_line_by_line_and_a_coupon_is_typed(admin: PageClient) -> None:
    added, contained = create_tax_rate(), create_tax_rate(percentage="7", inclusive=True)
    create_coupon(code="TEN")
    second = {
        "line_items-1-description": "Book",
        "line_items-1-quantity": "1",
        "line_items-1-unit_amount": "10.70",
        "line_items-1-tax_rate_ids": contained.id,
    }
    taxed = {**LINE, "line_items-0-tax_rate_ids": added.id}
    seen = admin.submit(new(create_customer().id), **taxed, **second, coupon="ten")
    invoice = get_invoice(seen.to.rpartition("/")[2])
    assert (invoice.discount_total, invoice.tax_total, invoice.total) == (1107, 1773, 11_673)
    page = admin.follow(seen)
    for text in ("VAT", "19 %", "7 %", "$17.10", "$0.63", "$116.73"):
        assert text in page.text


def test_a_draft_keeps_its_taxes_and_its_coupon_when_edited(admin: PageClient) -> None:
    rate = create_tax_rate()
    create_coupon(code="TEN")
    lines = [{"description": "Work", "unit_amount": 10_000, "tax_rate_ids": [rate.id]}]
    draft = create_invoice(line_items=lines, coupon="TEN", draft=True)
    archive_tax_rate(rate.id)
    page = admin.get(f"/invoices/{draft.id}/edit")
    assert page.values()["coupon"] == "TEN"
    assert page.values().getlist("line_items-0-tax_rate_ids") == [rate.id]
    admin.follow(admin.send(page, draft="y", notes="Soon"))
    saved = get_invoice(draft.id)
    assert (saved.status, saved.tax_total, saved.coupon) == ("draft", 1710, "TEN")


def test_a_row_with_only_a_tax_ticked_is_no_line(admin: PageClient) -> None:
    rate = create_tax_rate()
    seen = admin.submit(new(create_customer().id), **LINE, **{"line_items-1-tax_rate_ids": rate.id})
    assert len(get_invoice(seen.to.rpartition("/")[2]).line_items) == 1


def test_a_coupon_that_does_not_fit_is_said_beside_it(admin: PageClient) -> None:
    seen = admin.submit(new(create_customer().id), **LINE, coupon="NOSUCH")
    assert seen.status == 422
    assert "no coupon NOSUCH" in seen.error_of("coupon")
    assert seen.values()["coupon"] == "NOSUCH"
    assert list_invoices().total == 0


def test_an_archived_tax_is_said_in_its_row(admin: PageClient) -> None:
    rate = create_tax_rate()
    page = admin.get(new(create_customer().id))
    archive_tax_rate(rate.id)
    seen = admin.send(page, **LINE, **{"line_items-0-tax_rate_ids": rate.id})
    assert seen.status == 422
    assert "archived" in seen.error_of("line_items-0-tax_rate_ids")


def test_a_credit_and_what_it_pays_are_shown(admin: PageClient) -> None:
    customer = create_customer()
    minus = {**LINE, "line_items-0-unit_amount": "-15.00"}
    page = admin.follow(admin.submit(new(customer.id), **minus))
    assert "Became credit" in page.text
    draft = create_invoice(customer=customer, draft=True)
    asked = admin.get(f"/invoices/{draft.id}/finalize")
    assert "$70.00" in asked.text
    assert "$30.00" in asked.text
    page = admin.follow(admin.send(asked))
    assert "Credit applied" in page.text
    assert get_invoice(draft.id).amount_due == 7000


def test_reverse_charge_is_said_on_the_invoice(admin: PageClient) -> None:
    create_tax_rate()
    invoice = create_invoice(customer=create_customer(tax_exempt="reverse"))
    assert "Reverse charge" in admin.get(f"/invoices/{invoice.id}").text


def test_before_a_draft_is_issued_it_is_said_what_will_come_of_it(admin: PageClient) -> None:
    minus = {"description": "Goodwill", "unit_amount": -1500}
    credit = create_invoice(line_items=[minus], draft=True)
    assert "gain a credit of $15.00" in admin.get(f"/invoices/{credit.id}/finalize").text
    coupon = create_coupon(code="ONCE", max_redemptions=1)
    draft = create_invoice(coupon="ONCE", draft=True)
    create_invoice(coupon=coupon.code)
    asked = admin.get(f"/invoices/{draft.id}/finalize")
    assert "redeemed as often as it may be" in asked.text
    seen = admin.send(asked)
    assert seen.status == 422
    assert get_invoice(draft.id).is_draft


def test_what_is_typed_can_be_previewed_and_then_issued(admin: PageClient) -> None:
    rate, customer = create_tax_rate(), create_customer()
    page = admin.get(new(customer.id))
    taxed = {**LINE, "line_items-0-tax_rate_ids": rate.id}
    seen = admin.send(page, preview="y", **taxed)
    assert (seen.status, list_invoices().total) == (200, 0)
    assert "$119.00" in seen.text
    assert seen.values()["line_items-0-unit_amount"] == "50.00"
    assert seen.values().getlist("line_items-0-tax_rate_ids") == [rate.id]
    made = admin.send(seen, draft=None)
    assert get_invoice(made.to.rpartition("/")[2]).total == 11_900
    refused = admin.send(page, preview="y", **taxed, coupon="NOSUCH")
    assert (refused.status, "$119.00" in refused.text) == (422, False)


def test_a_change_of_a_draft_is_previewed_with_the_taxes_it_has(admin: PageClient) -> None:
    rate = create_tax_rate()
    lines = [{"description": "Work", "unit_amount": 10_000, "tax_rate_ids": [rate.id]}]
    draft = create_invoice(line_items=lines, draft=True)
    archive_tax_rate(rate.id)
    page = admin.get(f"/invoices/{draft.id}/edit")
    seen = admin.send(page, preview="y", **{"line_items-0-unit_amount": "200.00"})
    assert "$238.00" in seen.text
    assert get_invoice(draft.id).total == 11_900
