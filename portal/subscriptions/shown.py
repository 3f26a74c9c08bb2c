"""What a subscription comes to, for people."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from billing.database import Row
from billing.plans.lines import advance_lines
from billing.plans.queries import find_plan, list_plans, settled_terms
from billing.subscriptions.models import Subscription
from portal.plans.words import price_of, unit_price
from portal.values import cycle, date_text, money, percentage


@dataclass(frozen=True, slots=True)
class Charge:
    """The charge of one period in advance; `amount` in smallest units of `currency`."""

    plan_name: str
    unit_price: str
    quantity: int
    amount: int
    currency: str
    cycle: str
    is_negotiated: bool
    has_usage: bool

    @property
    def text(self) -> str:
        """`$49.00 per month`, and what usage may add."""
        usage = gettext(" and usage") if self.has_usage else ""
        return f"{money(self.amount, self.currency)} {self.cycle}{usage}"


def charge_of(subscription: Subscription) -> Charge:
    """What each full period costs on the terms that the subscription has now."""
    return charge_on(subscription.row())


def charge_on(row: Row) -> Charge:
    """What each full period costs on terms: a subscription's row, or its pending change."""
    terms, price = settled_terms(row["plan_id"], row["plan_version"]), row.get("price")
    lines = advance_lines(terms, row["quantity"], price)
    base = {**terms, "unit_amount": terms["price"] if price is None else price}
    return Charge(
        plan_name=terms["name"],
        unit_price=unit_price(base, terms["currency"]),
        quantity=row["quantity"],
        amount=sum(line["amount"] for line in lines),
        currency=terms["currency"],
        cycle=cycle(terms["billing_cycle"], terms["interval_count"]),
        is_negotiated=price is not None,
        has_usage=any(charge.get("meter") for charge in terms.get("charges") or ()),
    )


def agreed(row: Row) -> list[str]:
    """What is agreed of the course of a subscription, in sentences; `row` is a subscription's."""
    said, pause, end = [], row.get("pause"), row.get("end_date")
    if row["status"] == "trialing":
        said.append(
            gettext("Trial until %(day)s: its days are free.", day=date_text(row["trial_end_date"]))
        )
    if pause:
        told = {"day": date_text(pause["from"]), "resumes": _resumes(pause)}
        said.append(
            gettext("Paused since %(day)s, %(resumes)s.", **told)
            if row["status"] == "paused"
            else gettext("Pauses on %(day)s, %(resumes)s.", **told)
        )
    if row.get("pending_change"):
        said.append(pending_text(row))
    if end:
        over = row["status"] in {"cancelled", "expired"}
        day = date_text(end)
        said.append(
            gettext("Ended on %(day)s.", day=day) if over else gettext("Ends on %(day)s.", day=day)
        )
    return said


def pending_text(row: Row) -> str:
    """What waits for the next period, in a sentence; empty when nothing does."""
    if not (change := row.get("pending_change")):
        return ""
    # A pause moves the period that comes next: its day is known only without one.
    terms = change_text(change)
    if row.get("pause"):
        return str(gettext("Changes with the next period to %(terms)s.", terms=terms))
    day = date_text(row["current_period_end"])
    return str(gettext("Changes on %(day)s to %(terms)s.", day=day, terms=terms))


def change_text(change: Row) -> str:
    """`Team, 5 units: $60.00 per month`; `change` is a subscription's pending change."""
    charge = charge_on(change)
    units = gettext(", %(number)s units", number=charge.quantity) if charge.quantity > 1 else ""
    return f"{charge.plan_name}{units}: {charge.text}"


def coupon_text(coupon: Row, currency: str) -> str:
    """`Welcome (WELCOME), 10 % off, for 2 more invoices`."""
    percent = coupon.get("percent_off")
    amount = money(coupon["amount_off"], currency) if percent is None else percentage(percent)
    off = gettext("%(amount)s off", amount=amount)
    return f"{coupon['name']} ({coupon['code']}), {off}, {_lasting(coupon)}"


def _lasting(coupon: Row) -> str:
    left = coupon.get("remaining_cycles")
    if left is None:
        return str(gettext("without end"))
    if left == 0:
        return str(gettext("used up"))
    if coupon.get("since"):
        return str(ngettext("for %(num)s more invoice", "for %(num)s more invoices", left))
    return str(ngettext("for %(num)s invoice", "for %(num)s invoices", left))


def plan_choices(
    currency: str | None = None, *, chosen: str | None = None
) -> list[tuple[str, str]]:
    """Active plans to choose from, the newest hundred; only those in `currency` where given.

    The plan that was `chosen` stays a choice when it went off sale meanwhile.
    """
    plans = list_plans(status="active", currency=currency, limit=100).items
    if chosen and chosen not in {plan["_id"] for plan in plans} and (found := find_plan(chosen)):
        plans = [*plans, found.row()]
    return [(plan["_id"], plan_label(plan)) for plan in plans]


def plan_label(plan: dict[str, Any]) -> str:
    """`Team · $49.00 per month`."""
    each = f" {gettext('a unit')}" if plan["pricing_model"] == "per_unit" else ""
    return f"{plan['name']} · {price_of(plan)}{each} {_cycle(plan)}"


def _cycle(plan: Row) -> str:
    return cycle(plan["billing_cycle"], plan["interval_count"])


def _resumes(pause: Row) -> str:
    day = pause.get("resumes_on")
    if not day:
        return str(gettext("until it is resumed"))
    return str(gettext("goes on %(day)s", day=date_text(day)))
