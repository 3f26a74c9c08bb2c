"""What the audit trail tells of a bill: its invoices, and how the subscription moved."""

from billing.database import Row
from billing.events.models import event_row
from billing.invoices.bill import Bill

_MOVED = {
    "cancelled": "subscription.cancelled",
    "expired": "subscription.expired",
    "paused": "subscription.paused",
}
_PRORATIONS = frozenset({"proration_credit", "proration_charge"})
_REASON, _PHRASE = "cancellation_reason", "cancellation_reason_phrase"
_UNTOLD = frozenset({_PHRASE, "period_coupon"})
_LEFT = {"paused": "subscription.resumed", "trialing": "subscription.trial_ended"}


def tell(bills: list[Bill], reason: str | None = None) -> None:
    """Put together what the audit trail is told of bills of which it is not told yet: an event for
    each invoice and one for the subscription."""
    for bill in bills:
        bill.events = bill.events or [*_issued(bill, reason), _moved(bill, reason)]


def number(bill: Bill) -> None:
    """Write the invoices' numbers into their events."""
    for invoice, event in zip(bill.invoices, bill.events, strict=False):
        event["changes"]["number"][1] = invoice["number"]


def _issued(bill: Bill, reason: str | None) -> list[Row]:
    return [
        event_row(
            "invoice.finalized",
            invoice["_id"],
            customer_id=bill.subscription["customer_id"],
            changes={"number": [None, None], "total": [None, invoice["total"]]},
            reason=reason or bill.reason,
        )
        for invoice in bill.invoices
    ]


def _moved(bill: Bill, reason: str | None) -> Row:
    row = bill.subscription
    told = ((name, value) for name, value in bill.advance.items() if name not in _UNTOLD)
    changes = {name: [row.get(name), value] for name, value in told}
    moved = event_row(
        _move(bill),
        row["_id"],
        customer_id=row["customer_id"],
        changes=changes,
        reason=reason or bill.reason,
    )
    if prorated := _prorated(bill):
        moved["prorated"] = prorated
    if _REASON in changes and any(phrases := [row.get(_PHRASE), bill.reached.get(_PHRASE)]):
        moved["change_phrases"] = {_REASON: phrases}
    return moved


def _prorated(bill: Bill) -> int:
    """What a change gave back and charged for the rest of the period, in smallest units; for
    people who read the history, and no part of what programs are told."""
    if not bill.event:  # nobody changed anything
        return 0
    at_once = [
        line
        for invoice in bill.invoices
        for line in invoice["line_items"]
        if line.get("period_start") == invoice["issue_date"]
    ]
    lines = (line for line in [*bill.waiting, *at_once] if line["kind"] in _PRORATIONS)
    return sum(line["amount"] for line in lines)


def _move(bill: Bill) -> str:
    if bill.event:
        return bill.event
    was, now = bill.subscription["status"], bill.reached["status"]
    if was == now:
        return "subscription.renewed"
    return _MOVED.get(now) or _LEFT.get(was, "subscription.renewed")
