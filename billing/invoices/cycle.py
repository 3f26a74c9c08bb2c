"""Pure: the invoices that one subscription owes up to a date. Rows in, rows out, no database."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.database import Row
from billing.ids import new_id
from billing.invoices.models import CYCLE
from billing.invoices.parties import customer_snapshot, seller_snapshot
from billing.invoices.totals import totals_of
from billing.money import format_money
from billing.periods import Period, Schedule
from billing.plans.pricing import price_quantity
from billing.seller import Seller
from billing.subscriptions.states import LIVE


@dataclass(frozen=True, slots=True)
class Account:
    """All that decides what a subscription owes: rows of it, its terms and its customer."""

    subscription: Row
    terms: Row
    customer: Row
    seller: Seller


@dataclass(frozen=True, slots=True)
class Bill:
    """What billing a subscription comes to: its invoices, oldest first, and its new values."""

    subscription: Row
    invoices: list[Row]
    advance: Row = field(default_factory=dict)

    @property
    def ends(self) -> bool:
        """Whether the subscription's end is reached with it."""
        return "status" in self.advance


def due_periods(account: Account, as_of: date, most: int) -> list[Period]:
    """Periods that began by `as_of` and are not billed, oldest first, at most `most`."""
    row, terms = account.subscription, account.terms
    schedule = Schedule(
        date.fromisoformat(row["billing_anchor"]), terms["billing_cycle"], terms["interval_count"]
    )
    end = date.fromisoformat(row["end_date"]) if row.get("end_date") else date.max
    start = date.fromisoformat(row["next_billing_date"])
    n = schedule.index(start)
    periods: list[Period] = []
    while start <= as_of and start < end and len(periods) < most:
        n += 1
        periods.append(Period(start, schedule.boundary(n)))
        start = periods[-1].end
    return periods


def bill_for(account: Account, as_of: date, now: datetime, most: int = 1000) -> Bill:
    """Bill every period of the subscription that began by `as_of`, at most `most` of them.

    Invoices are issued on `as_of` and carry no number yet. Raises BillingError when the terms
    cannot be charged.
    """
    periods = due_periods(account, as_of, most)
    base = _invoice_base(account, as_of, now)
    line = _line_base(account)
    invoices = [_period_invoice(base, line, period) for period in periods]
    return Bill(account.subscription, invoices, _advance(account.subscription, periods, as_of, now))


def _advance(row: Row, periods: list[Period], as_of: date, now: datetime) -> Row:
    """The subscription's new values; `next_billing_date` is None when nothing more will be billed.

    Empty when nothing about it changes.
    """
    values: Row = {}
    reached = row["next_billing_date"]
    if periods:
        reached = periods[-1].end.isoformat()
        values["current_period_start"] = periods[-1].start.isoformat()
        values["current_period_end"] = values["next_billing_date"] = reached
    end = row.get("end_date")
    if end and reached >= end and end <= as_of.isoformat():
        values["next_billing_date"] = None
        if row["status"] in LIVE:
            values |= {"status": "cancelled", "cancelled_at": now, "cancel_at_period_end": False}
    return values


def _invoice_base(account: Account, issue_date: date, now: datetime) -> Row:
    """All that the invoices of one bill share."""
    days = account.customer["preferences"]["payment_terms_days"]
    return {
        "revision": 1,
        "customer_id": account.customer["_id"],
        "subscription_id": account.subscription["_id"],
        "currency": account.terms["currency"],
        "reason": CYCLE,
        "issue_date": issue_date.isoformat(),
        "due_date": (issue_date + timedelta(days=days)).isoformat(),
        "discount_total": 0,
        "tax_total": 0,
        "credit_applied": 0,
        "amount_paid": 0,
        "seller": seller_snapshot(account.seller),
        "customer": customer_snapshot(account.customer),
        "created_at": now,
        "updated_at": now,
        "finalized_at": now,
    }


def _line_base(account: Account) -> Row:
    """The plan's line, the same in every full period."""
    row, terms = account.subscription, account.terms
    negotiated = row.get("price")
    price = terms["price"] if negotiated is None else negotiated
    priced = price_quantity(terms["pricing_model"], price, row["quantity"])
    return {
        "kind": "plan",
        "description": terms["name"],
        "quantity": row["quantity"],
        "unit_amount": price,
        "amount": priced.amount,
        "plan_id": terms["plan_id"],
        "tax_rate_ids": [],
        "discount_amount": 0,
        "tax_amount": 0,
        "explanation": {
            "price_source": "plan" if negotiated is None else "subscription",
            "plan_version": terms["version"],
            "pricing_model": terms["pricing_model"],
            "unit_price": format_money(price, terms["currency"]),
            "calculation": priced.calculation,
        },
    }


def _period_invoice(base: Row, line: Row, period: Period) -> Row:
    start, end = period.start.isoformat(), period.end.isoformat()
    item = {**line, "period_start": start, "period_end": end}
    item["explanation"] = {**line["explanation"], "days": period.days}
    total = totals_of([line["amount"]]).total
    invoice = {
        "_id": new_id("inv"),
        **base,
        "period_start": start,
        "period_end": end,
        "line_items": [item],
        "subtotal": line["amount"],
        "total": total,
        "amount": total,
        "amount_due": total,
        "status": "open" if total else "paid",
    }
    return invoice if total else {**invoice, "paid_date": base["issue_date"]}
