"""Invoices in short, to be laid beside each other: what a run would issue, what was issued last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.database import Row, database
from billing.invoices.models import CHANGE, CYCLE

_STEADY = frozenset({"plan", "charge"})
_LINE = ("kind", "description", "quantity", "unit_amount", "amount", "plan_id")
_FIELDS = {
    **dict.fromkeys(("subscription_id", "customer_id", "currency", "reason"), 1),
    **dict.fromkeys(("period_start", "period_end"), 1),
    **dict.fromkeys(("subtotal", "discount_total", "tax_total", "total"), 1),
    **{f"line_items.{name}": 1 for name in (*_LINE, "discount_amount", "tax_amount")},
}


@dataclass(frozen=True, slots=True)
class Slip:
    """An invoice's parts in smallest units: `steady` is what a plan charges for a period, `usage`
    what was used; the rest of `total` came up once. Taxes and discounts are in each part. `until`
    is the day on which its period ends."""

    subscription_id: str
    customer_id: str
    plan_id: str
    currency: str
    reason: str
    total: int
    steady: int
    usage: int
    discount: int
    days: int
    until: str
    lines: list[Row]

    @property
    def once(self) -> int:
        return self.total - self.steady - self.usage

    @property
    def main_line(self) -> Row:
        """The line of the plan itself; empty where there is none."""
        return next((line for line in self.lines if line["kind"] == "plan"), {})


def slip_of(invoice: Row) -> Slip:
    """An invoice's row in short."""
    lines = invoice["line_items"]
    exclusive = invoice["total"] - invoice["subtotal"] + invoice["discount_total"]
    taxed = exclusive != 0 and exclusive == invoice["tax_total"]
    steady = usage = 0
    for line in lines:
        amount = line["amount"] - line["discount_amount"] + (line["tax_amount"] if taxed else 0)
        steady += amount if line["kind"] in _STEADY else 0
        usage += amount if line["kind"] == "usage" else 0
    return Slip(
        subscription_id=invoice["subscription_id"],
        customer_id=invoice["customer_id"],
        plan_id=_plan_of(lines),
        currency=invoice["currency"],
        reason=invoice["reason"],
        total=invoice["total"],
        steady=steady,
        usage=usage,
        discount=invoice["discount_total"],
        days=_days(invoice),
        until=invoice.get("period_end") or "",
        lines=lines,
    )


def last_slips(rows: Iterable[Row]) -> dict[str, Slip]:
    """The invoice of the last billed period of each of these subscriptions' rows, by their ids."""
    starts = {row["_id"]: row["current_period_start"] for row in rows if _was_billed(row)}
    found = _invoices(starts, list(starts), CYCLE)
    if missing := [id_ for id_ in starts if id_ not in found]:
        # A period that began with a change; few have one.
        found |= _invoices(starts, missing, CHANGE)
    return {id_: slip_of(row) for id_, row in found.items()}


def _was_billed(row: Row) -> bool:
    return bool(row.get("current_period_start")) and row.get("status") != "trialing"


def _invoices(starts: dict[str, str], ids: list[str], reason: str) -> dict[str, Row]:
    days: dict[str, Any] = {"$in": sorted({starts[id_] for id_ in ids})}
    where = {"reason": reason, "subscription_id": {"$in": ids}, "period_start": days}
    cursor = database().invoices.find(where, _FIELDS) if ids else ()
    rows = ((row["subscription_id"], row) for row in cursor)
    return {id_: row for id_, row in rows if row["period_start"] == starts[id_]}


def _plan_of(lines: list[Row]) -> str:
    """The plan that charges for the period, which comes after what the one before used."""
    named = [line["plan_id"] for line in lines if line.get("plan_id")]
    main = [line["plan_id"] for line in lines if line["kind"] == "plan" and line.get("plan_id")]
    return str((main or named or [""])[-1])


def _days(invoice: Row) -> int:
    start, end = invoice.get("period_start"), invoice.get("period_end")
    if not start or not end:
        return 0
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
