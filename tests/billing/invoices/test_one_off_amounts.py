"""What one-off invoices come to: taxes, coupons, credit, and what previews say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import clock
from billing.coupons.errors import CouponExpired, CouponNotApplicable, CouponUnknown, CouponUsedUp
from billing.coupons.queries import get_coupon
from billing.customers.credit import add_credit, credit_of
from billing.customers.models import Customer
from billing.customers.queries import get_customer
from billing.database import Database, Row
from billing.inputs import merge, parse
from billing.invoices.compose import REVERSE_CHARGE
from billing.invoices.errors import NothingDue, TotalTooLarge
from billing.invoices.finalize import finalize_invoice
from billing.invoices.inputs import InvoiceInput, PreviewInvoice, PreviewSubscription, as_input
from billing.invoices.one_off import update_invoice
from billing.invoices.preview_invoice import preview_invoice, preview_subscription_invoice
from billing.invoices.queries import get_invoice
from billing.invoices.views import invoice_view
from billing.runs.check import check_books
from billing.taxes.errors import TaxRateArchived, TaxRateMissing
from billing.taxes.save_tax_rate import archive_tax_rate
from billing.transactions import in_transaction
from tests.factories import (
    create_coupon,
    create_customer,
    create_invoice,
    create_subscription,
    create_tax_rate,
    invoice_values,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AMOUNTS = (
    "subtotal", "discount_total", "tax_total", "total", "amount", "credit_applied", "amount_due",
)  # fmt: skip


def line(**values: Any) -> dict[str, Any]:
    return {"description": "Work", "quantity": 1, "unit_amount": 10_000, **values}


def taxed_customer(**values: Any) -> Customer:
    """A customer with an exclusive rate of 19 %."""
    customer = create_customer(**values)
    customer.tax_rate_ids = [create_tax_rate().id]
    customer.save()
    return customer


def grant(customer: Customer, amount: int, currency: str = "USD") -> None:
    in_transaction(lambda: add_credit(customer.id, currency, amount, reason="test"))


def balance(customer: Customer) -> int:
    return credit_of(get_customer(customer.id).row())


def test_a_line_has_its_own_rates_or_the_customers_or_the_sellers(db: Database[Row]) -> None:
    own, sellers = create_tax_rate(percentage="7"), create_tax_rate(percentage="20")
    db.settings.insert_one({"_id": "seller", "default_tax_rate_ids": [sellers.id]})
    customer = taxed_customer()
    lines = [line(tax_rate_ids=[own.id]), line()]
    invoice = create_invoice(customer=customer, line_items=lines)
    assert [item.tax_amount for item in invoice.line_items] == [700, 1900]
    assert [list(item.tax_rate_ids) for item in invoice.line_items] == [
        [own.id],
        list(customer.tax_rate_ids),
    ]
    assert (invoice.tax_total, invoice.total, invoice.amount_due) == (2600, 22_600, 22_600)
    assert create_invoice().tax_total == 2000


def test_taxes_are_named_rate_by_rate(db: Database[Row]) -> None:
    rate = create_tax_rate(inclusive=True)
    invoice = create_invoice(line_items=[line(unit_amount=11_900, tax_rate_ids=[rate.id])])
    assert invoice_view(invoice.row())["taxes"] == [
        {
            "tax_rate_id": rate.id,
            "name": "VAT",
            "percentage": "19",
            "inclusive": True,
            "taxable_amount": 10_000,
            "amount": 1900,
        }
    ]
    assert (invoice.total, invoice.tax_total) == (11_900, 1900)


def test_rates_that_are_not_there_or_archived_are_refused_where_they_stand(
    db: Database[Row],
) -> None:
    with pytest.raises(TaxRateMissing) as missing:
        create_invoice(line_items=[line(), line(tax_rate_ids=[f"txr_{'0' * 26}"])])
    assert missing.value.field == "line_items.1.tax_rate_ids"
    rate = create_tax_rate()
    draft = create_invoice(line_items=[line(tax_rate_ids=[rate.id])], draft=True)
    archive_tax_rate(rate.id)
    with pytest.raises(TaxRateArchived):
        create_invoice(line_items=[line(tax_rate_ids=[rate.id])])
    changed = merge(InvoiceInput, as_input(get_invoice(draft.id)), {"notes": "x"})
    assert update_invoice(draft.id, changed).tax_total == 1900


@pytest.mark.parametrize(
    ("tax_exempt", "note"), [("exempt", None), ("reverse", REVERSE_CHARGE), ("none", None)]
)
def test_who_pays_no_tax_is_charged_none_and_told_why(
    db: Database[Row], tax_exempt: str, note: str | None
) -> None:
    customer = taxed_customer(tax_exempt=tax_exempt)
    invoice = create_invoice(customer=customer, line_items=[line()])
    assert invoice.total == (11_900 if tax_exempt == "none" else 10_000)
    assert (invoice.legal_note, bool(invoice.taxes)) == (note, tax_exempt == "none")
    customer.tax_exempt = "none"
    customer.save()
    assert get_invoice(invoice.id).legal_note == note


def test_a_draft_is_computed_again_when_it_is_issued(db: Database[Row]) -> None:
    customer = taxed_customer()
    draft = create_invoice(customer=customer, line_items=[line()], draft=True)
    assert (draft.tax_total, draft.total, draft.amount_due) == (1900, 11_900, 11_900)
    assert as_input(get_invoice(draft.id)).line_items[0].tax_rate_ids == []
    customer = get_customer(customer.id)
    customer.tax_rate_ids = [create_tax_rate(percentage="7").id]
    customer.save()
    issued = finalize_invoice(draft.id)
    assert (issued.tax_total, issued.total) == (700, 10_700)
    assert list(issued.line_items[0].tax_rate_ids) == list(customer.tax_rate_ids)


def test_a_coupon_counts_once_the_invoice_is_issued(db: Database[Row]) -> None:
    coupon = create_coupon(code="TEN", max_redemptions=1)
    draft = create_invoice(line_items=[line()], coupon="ten", draft=True)
    assert (draft.discount_total, draft.total, draft.coupon) == (1000, 9000, "TEN")
    assert get_coupon(coupon.id).times_redeemed == 0
    assert as_input(get_invoice(draft.id)).coupon == "TEN"
    issued = finalize_invoice(draft.id)
    assert get_coupon(coupon.id).times_redeemed == 1
    assert issued.discounts == [
        {
            "coupon_id": coupon.id,
            "code": "TEN",
            "name": "Welcome",
            "percent_off": "10",
            "amount_off": None,
            "amount": 1000,
        }
    ]
    with pytest.raises(CouponUsedUp):
        create_invoice(coupon="TEN")


def test_a_coupon_that_is_used_up_meanwhile_stops_the_issue(db: Database[Row]) -> None:
    create_coupon(code="TEN", max_redemptions=1)
    first, second = (create_invoice(coupon="TEN", draft=True) for _ in range(2))
    finalize_invoice(first.id)
    with pytest.raises(CouponUsedUp):
        finalize_invoice(second.id)
    assert get_invoice(second.id).status == "draft"
    assert db.counters.find_one({})["last"] == 1  # type: ignore[index]


def test_a_coupon_that_does_not_fit_is_refused(db: Database[Row]) -> None:
    create_coupon(code="EUROS", amount_off=500, currency="EUR")
    create_coupon(code="PLANS", plan_ids=[f"plan_{'0' * 26}"])
    create_coupon(code="OLD", redeem_by="2020-01-01")
    for code, refusal in (
        ("EUROS", CouponNotApplicable),
        ("PLANS", CouponNotApplicable),
        ("OLD", CouponExpired),
        ("NONE", CouponUnknown),
    ):
        with pytest.raises(refusal) as refused:
            create_invoice(coupon=code)
        assert refused.value.field == "coupon"
    assert db.invoices.count_documents({}) == 0


def test_a_negative_total_becomes_credit(db: Database[Row]) -> None:
    customer = taxed_customer()
    invoice = create_invoice(customer=customer, line_items=[line(unit_amount=-1000)])
    assert (invoice.total, invoice.credit_applied, invoice.amount_due) == (-1190, -1190, 0)
    assert (invoice.status, invoice.paid_date) == ("paid", invoice.issue_date)
    assert balance(customer) == 1190
    entry = db.credit_entries.find_one({"invoice_id": invoice.id})
    assert entry
    assert (entry["amount"], entry["balance"], entry["reason"]) == (1190, 1190, "negative_invoice")


def test_a_draft_touches_no_credit(db: Database[Row]) -> None:
    customer = create_customer()
    grant(customer, 500)
    create_invoice(customer=customer, line_items=[line(unit_amount=-1000)], draft=True)
    draft = create_invoice(customer=customer, line_items=[line()], draft=True)
    assert (draft.credit_applied, draft.amount_due) == (0, 10_000)
    assert balance(customer) == 500


@pytest.mark.parametrize(
    ("credit", "applied", "due", "status"),
    [(4000, 4000, 6000, "open"), (10_000, 10_000, 0, "paid"), (12_000, 10_000, 0, "paid")],
)
def test_credit_is_applied_when_an_invoice_is_issued(
    db: Database[Row], credit: int, applied: int, due: int, status: str
) -> None:
    customer = create_customer()
    grant(customer, credit)
    invoice = create_invoice(customer=customer, line_items=[line()])
    assert (invoice.credit_applied, invoice.amount_due, invoice.status) == (applied, due, status)
    assert balance(customer) == credit - applied
    stored = get_invoice(invoice.id)
    assert stored.row() == invoice.row()


def test_credit_of_another_currency_is_left_alone(db: Database[Row]) -> None:
    customer = create_customer()
    grant(customer, 4000, "EUR")
    assert create_invoice(customer=customer, line_items=[line()]).credit_applied == 0


def test_less_than_can_be_credited_is_refused(db: Database[Row]) -> None:
    with pytest.raises(TotalTooLarge):
        create_invoice(line_items=[line(unit_amount=-(10**12)), line(unit_amount=-1)])


@pytest.mark.parametrize(
    ("currency", "unit_amount", "tax"), [("JPY", 105, 20), ("USD", 105, 20), ("KWD", 1234, 234)]
)
def test_smallest_units_are_the_same_sum_in_every_currency(
    db: Database[Row], currency: str, unit_amount: int, tax: int
) -> None:
    customer = taxed_customer(preferences={"currency": currency})
    invoice = create_invoice(customer=customer, line_items=[line(unit_amount=unit_amount)])
    assert (invoice.currency, invoice.tax_total, invoice.total) == (
        currency,
        tax,
        unit_amount + tax,
    )


def test_books_with_all_of_it_are_consistent(db: Database[Row]) -> None:
    customer, contained = taxed_customer(), create_tax_rate(percentage="7", inclusive=True)
    grant_by_invoice = [line(unit_amount=-4321, description="Goodwill")]
    coupon = create_coupon(percent_off="33.33").code
    lines = [line(unit_amount=unit, tax_rate_ids=[contained.id]) for unit in (999, 1, 0, -250)]
    for draft in (True, False):
        create_invoice(customer=customer, line_items=grant_by_invoice, draft=draft)
        create_invoice(customer=customer, line_items=[*lines, line()], coupon=coupon, draft=draft)
    create_invoice(customer=customer, line_items=lines[:3], coupon=coupon)
    assert check_books() == []


class TestPreview:
    def preview(self, **values: Any) -> Row:
        return preview_invoice(parse(PreviewInvoice, values))

    def test_it_writes_nothing(self, db: Database[Row]) -> None:
        customer = taxed_customer()
        grant(customer, 500)
        coupon = create_coupon()
        before = {name: list(db[name].find()) for name in db.list_collection_names()}
        values = invoice_values(customer_id=customer.id, coupon=coupon.code)
        row = self.preview(**values)
        assert (row["total"], row["credit_applied"], row["amount_due"]) == (10_710, 500, 10_210)
        assert {name: list(db[name].find()) for name in db.list_collection_names()} == before

    def test_it_is_of_the_day_and_the_rates_that_are_asked_for(self, db: Database[Row]) -> None:
        customer, other = taxed_customer(), create_tax_rate(percentage="7")
        values = invoice_values(customer_id=customer.id)
        row = self.preview(**values, tax_rate_ids=[other.id], as_of_date="2027-01-31")
        assert (row["tax_total"], row["taxes"][0]["tax_rate_id"]) == (700, other.id)
        view = invoice_view(row)
        assert (view["issue_date"], view["due_date"]) == ("2027-01-31", "2027-02-14")
        assert (view["number"], view["status"]) == (None, "open")

    def test_a_coupon_of_a_later_day_is_judged_by_that_day(self, db: Database[Row]) -> None:
        customer, coupon = create_customer(), create_coupon(redeem_by="2026-12-31")
        values = invoice_values(customer_id=customer.id, coupon=coupon.code)
        with clock.frozen(NOON):
            assert self.preview(**values)["discount_total"] == 1000
            with pytest.raises(CouponExpired):
                self.preview(**values, as_of_date="2027-01-01")

    def test_what_a_subscription_owes_is_previewed_and_then_billed_alike(
        self, db: Database[Row]
    ) -> None:
        with clock.frozen(NOON):
            subscription = create_subscription(customer=taxed_customer())
            ask = {"subscription_id": subscription.id}
            with pytest.raises(NothingDue):
                preview_subscription_invoice(parse(PreviewSubscription, ask))
            row = preview_subscription_invoice(
                parse(PreviewSubscription, {**ask, "as_of_date": "2026-12-23"})
            )
        assert (row["total"], row["tax_total"], row["period_start"]) == (5831, 931, "2026-12-23")
        assert db.invoices.count_documents({}) == 1

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        units=st.lists(st.integers(-500, 100_000), min_size=1, max_size=4),
        inclusive=st.booleans(),
        percentage=st.sampled_from(["7", "19", "8.875"]),
        percent_off=st.sampled_from(["5", "12.5", "100"]),
        credit=st.integers(0, 50_000),
    )
    def test_doing_it_gives_what_was_previewed(
        self,
        db: Database[Row],
        units: list[int],
        inclusive: bool,
        percentage: str,
        percent_off: str,
        credit: int,
    ) -> None:
        customer = create_customer()
        rate = create_tax_rate(percentage=percentage, inclusive=inclusive)
        if credit:
            grant(customer, credit)
        lines = [line(unit_amount=unit, tax_rate_ids=[rate.id]) for unit in units]
        coupon = create_coupon(percent_off=percent_off).code
        values = invoice_values(customer_id=customer.id, coupon=coupon) | {"line_items": lines}
        seen = self.preview(**values)
        made = create_invoice(customer=customer, coupon=coupon, line_items=lines).row()
        for name in (*AMOUNTS, "status", "taxes", "discounts", "issue_date", "due_date"):
            assert seen.get(name) == made.get(name, [] if name in {"taxes", "discounts"} else None)
        assert made["amount_due"] >= 0
        assert balance(customer) == credit - made["credit_applied"]
