"""For any terms, quantity and usage, what is estimated is what the engine bills."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.account import Account, Purse
from billing.invoices.cycle import bill_for
from billing.plans.estimate import estimate_terms
from billing.plans.pricing import Usage
from billing.seller import Seller
from tests.billing.plans.test_components import prices, tier_lists

Row = dict[str, Any]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CUSTOMER: Row = {
    "_id": "cus_1",
    "name": "Acme",
    "email": "acme@example.com",
    "preferences": {"payment_terms_days": 14, "currency": "USD", "timezone": "UTC", "locale": "en"},
}


@st.composite
def charges(draw: st.DrawFn) -> list[Row]:
    """A charge in advance and one on each of three meters."""
    models = ("per_unit", "graduated", "volume", "package", "percentage")
    metered = [
        {**_component(draw, draw(st.sampled_from(models))), "key": key, "meter": key}
        for key in ("calls", "storage", "volume")
    ]
    return [{**_component(draw, "flat"), "key": "support", "meter": None}, *metered]


@st.composite
def terms(draw: st.DrawFn) -> Row:
    """A row of plan_versions with every kind of price."""
    model = draw(st.sampled_from(["flat", "per_unit", "graduated", "volume", "package"]))
    component = _component(draw, model)
    return {
        **component,
        "_id": "plan_1:1",
        "plan_id": "plan_1",
        "version": 1,
        "price": component["unit_amount"],
        "currency": draw(st.sampled_from(["USD", "JPY", "KWD"])),
        "billing_cycle": draw(st.sampled_from(["daily", "weekly", "monthly", "yearly"])),
        "interval_count": draw(st.integers(1, 3)),
        "charges": draw(charges()),
        "setup_fee": draw(st.integers(0, 5000)),
        "minimum_amount": draw(st.sampled_from([0, 50_000, 500_000])),
    }


def _component(draw: st.DrawFn, model: str) -> Row:
    return {
        "name": f"{model} price",
        "pricing_model": model,
        "unit_amount": draw(st.integers(0, 10_000) if model == "flat" else prices),
        "tiers": draw(tier_lists()) if model in {"graduated", "volume"} else [],
        "package_size": draw(st.integers(1, 100)) if model == "package" else None,
        "percentage": f"{draw(st.decimals(0, 100, places=2)):f}",
        "fixed_amount": draw(prices),
    }


def usages() -> st.SearchStrategy[dict[str, Usage]]:
    usage = st.builds(Usage, st.decimals(0, 10_000, places=3), st.integers(0, 100))
    return st.dictionaries(st.sampled_from(["calls", "storage", "volume"]), usage)


def billed(terms: Row, quantity: int, usage: dict[str, Usage]) -> list[Row]:
    """The invoices of the first two periods, each with the same usage."""
    row = {
        "_id": "sub_1",
        "customer_id": "cus_1",
        "plan_id": "plan_1",
        "plan_version": 1,
        "quantity": quantity,
        "status": "active",
        "start_date": "2026-01-31",
        "billing_anchor": "2026-01-31",
        "next_billing_date": "2026-01-31",
        "cancel_at_period_end": False,
    }
    account = Account(
        row,
        {terms["_id"]: terms},
        CUSTOMER,
        cast("Seller", {"name": "Shop", "address": None, "tax_id": None, "logo": None}),
        Purse("cus_1", terms["currency"]),
        usage_of=lambda _start, _end: (usage, {}),
    )
    return bill_for(account, date(2036, 1, 1), NOW, most=2).invoices


def told(lines: list[Row]) -> list[tuple[Any, ...]]:
    """What two lines must agree in."""
    names = ("kind", "description", "quantity", "unit_amount", "amount")
    return sorted(tuple(str(line[name]) for name in names) for line in lines)


@given(terms(), st.integers(1, 1000), usages())
def test_the_invoice_of_a_full_period_says_what_was_estimated(
    terms: Row, quantity: int, usage: dict[str, Usage]
) -> None:
    estimate = estimate_terms(terms, quantity, usage)
    first, second = billed(terms, quantity, usage)
    assert second["subtotal"] == estimate.amount
    assert told(second["line_items"]) == told(estimate.lines)
    advance = [line for line in estimate.lines if line["explanation"].get("meter") is None]
    charged = sum(line["amount"] for line in advance if line["description"] != "Minimum commitment")
    assert first["subtotal"] == charged + estimate.setup_fee


def test_half_a_unit_of_usage_is_estimated_as_it_is_billed() -> None:
    component = {"pricing_model": "per_unit", "unit_amount": "0.5", "meter": "calls"}
    row: Row = {
        "_id": "plan_1:1", "plan_id": "plan_1", "version": 1, "name": "Pro", "price": 1000,
        "pricing_model": "flat", "currency": "USD", "billing_cycle": "monthly",
        "interval_count": 1, "charges": [{**component, "key": "calls", "name": "Calls"}],
    }  # fmt: skip
    usage = {"calls": Usage(Decimal("3.0"), 2)}
    _, second = billed(row, 1, usage)
    assert second["subtotal"] == estimate_terms(row, 1, usage).amount == 1002  # 1.5 becomes 2
