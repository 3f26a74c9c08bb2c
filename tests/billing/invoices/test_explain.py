"""Explanations: complete enough to add everything up again, and readable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pymongo.database import Database

from billing.database import Row
from billing.invoices.compose import TaxRules, compose_invoice
from billing.invoices.explain import explain_invoice
from billing.periods import Period
from billing.plans.lines import advance_lines, usage_lines
from billing.plans.pricing import Usage
from billing.subscriptions.proration import Rest, charge_lines, credit_lines, part_of_period
from tests.billing.invoices.recompute import recompute
from tests.factories import create_invoice, create_subscription

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 100},
    {"up_to": None, "unit_amount": "333.5", "flat_amount": 0},
]
VAT = {"_id": f"txr_{'1' * 26}", "name": "VAT", "percentage": "19", "inclusive": False}
CITY = {"_id": f"txr_{'2' * 26}", "name": "City {tax}", "percentage": "1.5", "inclusive": True}


def terms(**values: Any) -> Row:
    plain = {"plan_id": f"plan_{'0' * 26}", "version": 2, "name": "Pro", "price": 4900}
    kind = {"currency": "USD", "billing_cycle": "monthly", "interval_count": 1}
    return {**plain, **kind, "pricing_model": "flat", **values}


def charge(model: str, **values: Any) -> Row:
    return {"key": "calls", "name": "Calls", "pricing_model": model, "meter": "calls", **values}


def explained(lines: list[Row], **more: Any) -> dict[str, Any]:
    base = {"currency": "USD", "number": "INV-2026-000001", "issue_date": "2026-01-31"}
    invoice = compose_invoice({**base, "amount_paid": 0}, lines, **more)
    found = explain_invoice(invoice)
    recompute(found)
    return found


def used(model: str, value: str, events: int = 3, **values: Any) -> list[Row]:
    plan = terms(charges=[charge(model, **values)])
    return usage_lines(plan, {"calls": Usage(Decimal(value), events)})


def test_a_flat_price_says_where_it_is_from() -> None:
    line = part_of_period(advance_lines(terms(), 1)[0], JANUARY, JANUARY)
    (found,) = explained([line])["lines"]
    assert found["sentence"] == ("$49.00 (the price of the plan, version 2) = $49.00, for 31 days.")


def test_seats_at_a_negotiated_price() -> None:
    plan = terms(pricing_model="per_unit", price=1200)
    (found,) = explained(advance_lines(plan, 1500, "99.5"))["lines"]
    assert found["sentence"].startswith("1,500 × $0.995 (the price agreed for this subscription")  # noqa: RUF001
    assert found["amount"] == 149250


def test_tiers_are_told_one_by_one() -> None:
    plan = terms(pricing_model="graduated", tiers=TIERS)
    (found,) = explained(advance_lines(plan, 13))["lines"]
    assert [step["quantity"] for step in found["steps"]] == [10, 3]
    assert "Up to 10: 10 × $5.00 + $1.00; above 10: 3 × $3.335" in found["sentence"]  # noqa: RUF001
    assert found["amount"] == 6101  # 5000 + 100 + 1000.5, rounded once, away from zero
    explained(advance_lines(terms(pricing_model="volume", tiers=TIERS), 13))


def test_packages_percentages_and_late_usage() -> None:
    (found,) = explained(used("package", "23", unit_amount=700, package_size=10))["lines"]
    assert "23 in packages of 10: 3 × $7.00" in found["sentence"]  # noqa: RUF001
    (line,) = used("percentage", "10050", percentage="2.9", fixed_amount=30)
    line["explanation"]["late_events"] = 2
    (found,) = explained([line])["lines"]
    assert found["sentence"].startswith("2.9 % of $100.50; fee for each event: 3 × $0.30")  # noqa: RUF001
    assert "2 events that came after the period" in found["sentence"]
    (found,) = explained(used("per_unit", "12.25", unit_amount="0.5"))["lines"]
    assert found["amount"] == 6


def test_a_part_of_a_period_is_told_as_a_fraction() -> None:
    full = advance_lines(terms(), 1)
    stub = part_of_period(full[0], Period(date(2026, 1, 22), date(2026, 2, 1)), JANUARY)
    (found,) = explained([stub])["lines"]
    assert found["fraction"] == "10/31"
    assert "10 of 31 days are charged: $15.81" in found["sentence"]


def test_prorations_with_a_coupon_are_exact() -> None:
    rest = Rest(date(2026, 1, 12), date(2026, 2, 1), JANUARY)
    coupon = {"percent_off": "33.3", "amount_off": None, "since": "2026-01-01"}
    back = credit_lines(advance_lines(terms(), 1), rest, coupon)
    more = charge_lines(advance_lines(terms(price=9900), 1), rest, coupon)
    found = explained(back + more)
    assert found["lines"][0]["after_coupon"] == "32683/10"
    assert "of which after the coupon 20 of 31 days are given back" in found["lines"][0]["sentence"]
    assert found["lines"][0]["amount"] < 0


def test_totals_tell_coupons_taxes_and_credit() -> None:
    plan = terms(charges=[{**charge("flat", unit_amount=1234), "meter": None}])
    coupons = [
        {"coupon_id": f"cpn_{n}{'0' * 25}", "code": "X", "name": "Ten", **off}
        for n, off in enumerate([{"percent_off": "10"}, {"amount_off": 500, "percent_off": None}])
    ]
    tax = TaxRules({r["_id"]: r for r in (VAT, CITY)}, (VAT["_id"], CITY["_id"]))
    found = explained(advance_lines(plan, 1), tax=tax, discounts=coupons, credit=1000)
    said = [step["sentence"] for step in found["totals"]]
    assert said[0] == "The lines add up to $61.34."
    assert said[1] == "The coupon Ten, 10 % off $61.34, takes off $6.13."
    assert said[2] == "The coupon Ten, $5.00 off $55.21, takes off $5.00."
    assert any("VAT, 19 % on" in s and s.endswith("is added.") for s in said)
    assert any("City {tax}, 1.5 % on" in s and "contained" in s for s in said)
    assert "$10.00 of the customer's credit was used." in said


def test_a_negative_total_and_reverse_charge_are_told() -> None:
    rest = Rest(date(2026, 1, 12), date(2026, 2, 1), JANUARY)
    lines = credit_lines(advance_lines(terms(), 1), rest, None)
    found = explained(lines, tax=TaxRules(exempt="reverse"))
    said = [step["sentence"] for step in found["totals"]]
    assert "The lines add up to -$31.61." in said
    assert "The total is negative: $31.61 became credit of the customer." in said
    assert any(sentence.startswith("Reverse charge") for sentence in said)


def test_stored_invoices_of_every_kind_add_up(db: Database[Row]) -> None:
    create_subscription(start_date="2026-09-30", quantity=3)
    create_invoice()
    rows = list(db.invoices.find())
    assert len(rows) > 2
    for row in rows:
        recompute(explain_invoice(row))
