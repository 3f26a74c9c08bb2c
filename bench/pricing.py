"""How long an invoice takes to compute: lines, coupon, taxes, total; no database."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median

from bench.table import Row
from billing.database import Row as Document
from billing.invoices.account import Account, Purse
from billing.invoices.compose import TaxRules
from billing.invoices.cycle import bill_for
from billing.invoices.period_lines import AdvanceLines
from billing.periods import Period
from billing.plans.models import version_key
from billing.plans.pricing import price_component
from billing.seller.models import DEFAULT_SELLER
from billing.subscriptions.proration import Rest, charge_lines, credit_lines

ROUNDS = 5
TIMES = 5_000
DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TIERS = [
    {"up_to": 10, "unit_amount": 1000, "flat_amount": 0},
    {"up_to": 100, "unit_amount": 800, "flat_amount": 500},
    {"up_to": None, "unit_amount": "612.5", "flat_amount": 0},
]
TERMS: Document = {
    "_id": version_key("plan_bench", 1),
    "plan_id": "plan_bench",
    "version": 1,
    "name": "Pro",
    "price": 4900,
    "currency": "USD",
    "billing_cycle": "monthly",
    "interval_count": 1,
    "pricing_model": "flat",
}
SUBSCRIPTION: Document = {
    "_id": "sub_bench",
    "customer_id": "cus_bench",
    "plan_id": "plan_bench",
    "plan_version": 1,
    "quantity": 25,
    "status": "active",
    "start_date": "2026-10-01",
    "billing_anchor": "2026-10-01",
    "current_period_start": "2026-10-01",
    "current_period_end": "2026-11-01",
    "next_billing_date": "2026-11-01",
    "cancel_at_period_end": False,
}
CUSTOMER: Document = {
    "_id": "cus_bench",
    "name": "Example GmbH",
    "email": "office@example.com",
    "preferences": {"currency": "USD", "locale": "en", "timezone": "UTC", "payment_terms_days": 14},
}
RATES = {
    "txr_a": {"_id": "txr_a", "name": "State", "percentage": "6.25", "inclusive": False},
    "txr_b": {"_id": "txr_b", "name": "City", "percentage": "2.375", "inclusive": False},
}
COUPON = {
    "coupon_id": "cpn_bench",
    "code": "SPRING",
    "name": "Spring",
    "percent_off": "12.5",
    "amount_off": None,
    "remaining_cycles": None,
    "since": "2026-10-01",
}


def rows(_uri: str) -> list[Row]:
    """Every figure, in processor time; nothing is asked of the database."""
    graduated = {"pricing_model": "graduated", "tiers": TIERS}
    lines = AdvanceLines().full(TERMS, SUBSCRIPTION)
    rest = Rest(date(2026, 11, 12), date(2026, 12, 1), _november())
    return [
        _figure("price of 3 tiers", lambda: price_component(graduated, 250)),
        _figure(
            "credit and charge of a change",
            lambda: credit_lines(lines, rest, None) + charge_lines(lines, rest, None),
        ),
        _figure("an invoice: flat plan", _bill(SUBSCRIPTION, TaxRules())),
        _figure(
            "an invoice: flat plan, coupon, 2 taxes",
            _bill({**SUBSCRIPTION, "coupon": COUPON}, TaxRules(RATES, ("txr_a", "txr_b"))),
        ),
    ]


def _november() -> Period:
    return Period(date(2026, 11, 1), date(2026, 12, 1))


def _bill(subscription: Document, tax: TaxRules) -> Callable[[], object]:
    advance = AdvanceLines()
    terms = {TERMS["_id"]: TERMS}

    def work() -> object:
        purse = Purse("cus_bench", "USD")
        account = Account(subscription, terms, CUSTOMER, DEFAULT_SELLER, purse, tax)
        return bill_for(account, DAY, NOW, advance=advance)

    return work


def _figure(name: str, work: Callable[[], object]) -> Row:
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(TIMES):
            work()
        took.append((time.process_time() - began) / TIMES)
    microseconds = median(took) * 1e6
    print(f"  {name}: {microseconds:.1f} µs", flush=True)
    return Row(name, microseconds, "µs", is_at_most=True)
