"""What the audit trail tells of a bill: its invoices, and how the subscription moved."""

from billing.database import Row
from billing.events.models import event_row
from billing.invoices.bill import Bill
from billing.phrases import Phrase

_MOVED = {
    "cancelled": "subscription.cancelled",
    "expired": "subscription.expired",
    "paused": "subscription.paused",
}
_PRORATIONS = frozenset({"proration_credit", "proration_charge"})
_REASON, _PHRASE = "cancellation_reason", "cancellation_reason_phrase"
_LEFT = {"paused": "subscription.resumed", "trialing": "subscription.trial_ended"}


def events_of(bill: Bill, run_id: str | None) -> list[Row]:
    """An event for each invoice and one for the subscription."""
    reason = Phrase("Billing run %(run)s", run=run_id) if run_id else bill.reason
    row, customer_id = bill.subscription, bill.subscription["customer_id"]
    events = [
        event_row(
            "invoice.finalized",
            invoice["_id"],
            customer_id=customer_id,
            changes={"number": [None, invoice["number"]], "total": [None, invoice["total"]]},
            reason=reason,
        )
        for invoice in bill.invoices
    ]
    told = ((name, value) for name, value in bill.advance.items() if name != _PHRASE)
    changes = {name: [row.get(name), value] for name, value in told}
    moved = event_row(
        _move(bill), row["_id"], customer_id=customer_id, changes=changes, reason=reason
    )
    if prorated := _prorated(bill):
        moved["prorated"] = prorated
    if _REASON in changes and any(phrases := [row.get(_PHRASE), bill.reached.get(_PHRASE)]):
        moved["change_phrases"] = {_REASON: phrases}
    events.append(moved)
    return events


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
