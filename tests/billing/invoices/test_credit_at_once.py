"""Credit and coupons that many use at the same moment are used once."""

from __future__ import annotations

from billing.coupons.errors import CouponUsedUp
from billing.coupons.queries import get_coupon
from billing.customers.credit import add_credit, credit_of
from billing.customers.queries import get_customer
from billing.database import Database, Row
from billing.errors import BillingError
from billing.invoices.finalize import finalize_invoice
from billing.invoices.void import void_invoice
from billing.runs.check import check_books
from billing.transactions import in_transaction
from tests.billing.invoices.test_concurrency import at_once
from tests.factories import create_coupon, create_customer, create_invoice


def test_credit_is_used_once_by_invoices_issued_at_once(db: Database[Row]) -> None:
    customer = create_customer()
    in_transaction(lambda: add_credit(customer.id, "USD", 25_000, reason="test"))
    drafts = [create_invoice(customer=customer, draft=True).id for _ in range(6)]
    results = at_once(*[lambda draft=draft: finalize_invoice(draft) for draft in drafts])
    assert not [result for result in results if isinstance(result, BillingError)]
    applied = sorted(row["credit_applied"] for row in db.invoices.find())
    assert applied == [0, 0, 0, 5000, 10_000, 10_000]
    assert credit_of(get_customer(customer.id).row()) == 0
    assert check_books() == []


def test_credits_granted_and_used_at_once_add_up(db: Database[Row]) -> None:
    customer = create_customer()
    minus = {"description": "Goodwill", "unit_amount": -3000}
    grants = [
        create_invoice(customer=customer, line_items=[minus], draft=True).id for _ in range(3)
    ]
    uses = [create_invoice(customer=customer, draft=True).id for _ in range(3)]
    at_once(*[lambda draft=draft: finalize_invoice(draft) for draft in [*grants, *uses]])
    rows = list(db.invoices.find())
    left = credit_of(get_customer(customer.id).row())
    assert {row["status"] for row in rows} <= {"open", "paid"}
    assert left == -sum(row["credit_applied"] for row in rows)
    assert check_books() == []


def test_a_coupon_for_two_is_not_given_to_three(db: Database[Row]) -> None:
    coupon = create_coupon(max_redemptions=2)
    drafts = [create_invoice(coupon=coupon.code, draft=True).id for _ in range(5)]
    results = at_once(*[lambda draft=draft: finalize_invoice(draft) for draft in drafts])
    assert sum(isinstance(result, CouponUsedUp) for result in results) == 3
    assert get_coupon(coupon.id).times_redeemed == 2
    numbers = sorted(row["number"][-6:] for row in db.invoices.find({"number": {"$ne": None}}))
    assert numbers == ["000001", "000002"]


def test_a_void_invoice_gives_its_credit_back(db: Database[Row]) -> None:
    customer = create_customer()
    in_transaction(lambda: add_credit(customer.id, "USD", 4000, reason="test"))
    invoice = create_invoice(customer=customer)
    assert invoice.credit_applied == 4000
    void_invoice(invoice.id)
    assert credit_of(get_customer(customer.id).row()) == 4000
    assert check_books() == []
