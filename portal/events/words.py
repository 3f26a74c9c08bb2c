"""What happened, in a sentence."""

from collections.abc import Callable, Iterable
from typing import Any

from billing.database import Row
from billing.plans.queries import plan_names
from portal.events.reach import reachable
from portal.template_helpers import date_text, money, words

Sentence = Callable[[Row, "Known"], str]


class Known:
    """What sentences name: plans by their ids, the currency and the total of the object."""

    def __init__(self, plans: dict[str, str], object_: Row | None) -> None:
        self.plans = plans
        self.currency: str | None = (object_ or {}).get("currency")
        self.total: int | None = (object_ or {}).get("total")

    def plan(self, plan_id: Any) -> str:
        return self.plans.get(plan_id) or str(plan_id)

    def amount(self, value: Any) -> str:
        return money(value, self.currency) if self.currency and value is not None else ""


def plans_in(events: Iterable[Row]) -> dict[str, str]:
    """The names of all plans that changes name."""
    ids: set[str] = set()
    for event in events:
        changes = event.get("changes") or {}
        ids.update(filter(None, changes.get("plan_id") or ()))
        for pending in changes.get("pending_change") or ():
            ids.add((pending or {}).get("plan_id", ""))
    return plan_names(list(ids - {""})) if ids - {""} else {}


def sentence(event: Row, known: Known) -> str:
    """`Plan changed from Team to Scale, quantity from 3 to 5`."""
    told = _TOLD.get(event["type"])
    text = told(event.get("changes") or {}, known) if told else ""
    prorated = known.amount(event.get("prorated"))
    return f"{text or words(event['type'])}{f', prorated {prorated}' if prorated else ''}"


def url_of(event: Row, shown_on: str | None) -> str | None:
    """The page of what it happened to, unless that is the page it is told on."""
    return None if event["object_id"] == shown_on else reachable(event["object_id"])


def _after(changes: Row, name: str) -> Any:
    return changes[name][1] if name in changes else None


def _terms(changes: Row, known: Known) -> str:
    """What a change of a subscription changed."""
    said = []
    if "plan_id" in changes:
        before, after = (known.plan(value) for value in changes["plan_id"])
        said.append(f"plan changed from {before} to {after}")
    if "quantity" in changes:
        before, after = changes["quantity"]
        said.append(f"quantity changed from {before} to {after}")
    if "price" in changes:
        after = _after(changes, "price")
        said.append(
            f"price changed to {known.amount(after)}" if after else "back to the list price"
        )
    if "coupon" in changes:
        coupon = _after(changes, "coupon") or {}
        said.append(f"coupon {coupon['code']} in force" if coupon.get("code") else "coupon removed")
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def _scheduled(changes: Row, known: Known) -> str:
    change = _after(changes, "pending_change")
    if not change:
        return ""
    units = f", {change['quantity']} units" if change.get("quantity", 1) != 1 else ""
    return f"Change to {known.plan(change['plan_id'])}{units} agreed for the next period"


def _renewed(changes: Row, known: Known) -> str:
    until = _after(changes, "current_period_end")
    moved = _terms(changes, known)
    text = f"Renewed until {date_text(until)}" if until else "Renewed"
    return f"{text}. {moved}" if moved else text


def _created_subscription(changes: Row, known: Known) -> str:
    plan, quantity = _after(changes, "plan_id"), _after(changes, "quantity")
    if not plan:
        return "Subscription begun"
    units = f", {quantity} units" if quantity and quantity != 1 else ""
    return f"Subscribed to {known.plan(plan)}{units}"


def _issued(changes: Row, known: Known) -> str:
    number, total = _after(changes, "number"), known.amount(known.total)
    over = f" over {total}" if total else ""
    return f"Invoice {number} issued{over}" if number else "Invoice issued"


def _over(what: str, name: str) -> Sentence:
    """`Payment of $49.00 succeeded`."""

    def told(changes: Row, known: Known) -> str:
        pair = changes.get(name)
        amount = known.amount(abs((pair[1] or 0) - (pair[0] or 0))) if pair else ""
        return what.format(f" of {amount}" if amount else "")

    return told


def _until(what: str, name: str) -> Sentence:
    def told(changes: Row, _known: Known) -> str:
        day = _after(changes, name)
        return f"{what} {date_text(day)}" if day else ""

    return told


def _paused_until(changes: Row, _known: Known) -> str:
    paused = (_after(changes, "dunning") or {}).get("paused")
    return f"Reminders paused until {date_text(paused['until'])}" if paused else ""


def _reminded(changes: Row, _known: Known) -> str:
    step = (_after(changes, "dunning") or {}).get("step")
    return f"Reminder {step} sent" if step else ""


def _said(text: str) -> Sentence:
    return lambda _changes, _known: text


_TOLD: dict[str, Sentence] = {
    "subscription.created": _created_subscription,
    "subscription.updated": _terms,
    "subscription.renewed": _renewed,
    "subscription.change_scheduled": _scheduled,
    "subscription.change_revoked": _said("The pending change was dropped"),
    "subscription.cancellation_scheduled": _until("To end on", "end_date"),
    "subscription.cancellation_revoked": _said("The cancellation was taken back"),
    "subscription.cancelled": _said("Cancelled"),
    "subscription.trial_ended": _said("The trial ended and the first period began"),
    "subscription.past_due": _said("Past due: an invoice is not paid"),
    "subscription.unpaid": _said("Unpaid: reminders came to their end"),
    "subscription.restored": _said("In order again: what was overdue is settled"),
    "invoice.finalized": _issued,
    "invoice.paid": _over("Paid{}", "amount_paid"),
    "invoice.payment_recorded": _over("Partial payment{}", "amount_paid"),
    "invoice.reminded": _reminded,
    "invoice.dunning_ended": _said("Reminders came to their end"),
    "invoice.dunning_paused": _paused_until,
    "invoice.dunning_resumed": _said("Reminders go on"),
    "invoice.marked_uncollectible": _said("Given up as uncollectible"),
    "payment.succeeded": _over("Payment{} succeeded", "amount"),
    "payment.failed": _said("Payment failed"),
    "credit_note.issued": _over("Credit note{} issued", "total"),
}
