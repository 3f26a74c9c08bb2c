"""What happened, in a sentence."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString

from billing.database import Row
from portal.events.known import Known
from portal.events.reach import reachable
from portal.values import date_text, words

Sentence = Callable[[Row, Known], str]


def sentence(event: Row, known: Known) -> str:
    """`Plan changed from Team to Scale, quantity from 3 to 5`."""
    told = _TOLD.get(event["type"])
    text = told(event.get("changes") or {}, known) if told else ""
    text = text or words(event["type"])
    prorated = known.amount(event.get("prorated"))
    if not prorated:
        return text
    return str(gettext("%(sentence)s, prorated %(amount)s", sentence=text, amount=prorated))


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
        said.append(
            gettext("plan changed from %(before)s to %(after)s", before=before, after=after)
        )
    if "quantity" in changes:
        before, after = changes["quantity"]
        said.append(
            gettext("quantity changed from %(before)s to %(after)s", before=before, after=after)
        )
    if "price" in changes:
        said.append(_price(_after(changes, "price"), known))
    if "coupon" in changes:
        said.append(_coupon((_after(changes, "coupon") or {}).get("code")))
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def _price(after: Any, known: Known) -> str:
    if not after:
        return str(gettext("back to the list price"))
    return str(gettext("price changed to %(amount)s", amount=known.amount(after)))


def _coupon(code: str | None) -> str:
    if not code:
        return str(gettext("coupon removed"))
    return str(gettext("coupon %(code)s in force", code=code))


def _scheduled(changes: Row, known: Known) -> str:
    change = _after(changes, "pending_change")
    if not change:
        return ""
    plan, quantity = known.plan(change["plan_id"]), change.get("quantity", 1)
    if quantity == 1:
        return str(gettext("Change to %(plan)s agreed for the next period", plan=plan))
    return str(
        gettext(
            "Change to %(plan)s, %(quantity)s units agreed for the next period",
            plan=plan,
            quantity=quantity,
        )
    )


def _renewed(changes: Row, known: Known) -> str:
    until = _after(changes, "current_period_end")
    moved = _terms(changes, known)
    text = str(
        gettext("Renewed until %(day)s", day=date_text(until)) if until else gettext("Renewed")
    )
    return f"{text}. {moved}" if moved else text


def _created_subscription(changes: Row, known: Known) -> str:
    plan_id, quantity = _after(changes, "plan_id"), _after(changes, "quantity")
    if not plan_id:
        return str(gettext("Subscription begun"))
    plan = known.plan(plan_id)
    if not quantity or quantity == 1:
        return str(gettext("Subscribed to %(plan)s", plan=plan))
    return str(gettext("Subscribed to %(plan)s, %(quantity)s units", plan=plan, quantity=quantity))


def _issued(changes: Row, known: Known) -> str:
    number, total = _after(changes, "number"), known.amount(known.total)
    if not number:
        return str(gettext("Invoice issued"))
    if not total:
        return str(gettext("Invoice %(number)s issued", number=number))
    return str(gettext("Invoice %(number)s issued for %(total)s", number=number, total=total))


def _over(amounting: LazyString, bare: LazyString, name: str) -> Sentence:
    """`Payment of $49.00 succeeded`; `bare` where no amount is known."""

    def told(changes: Row, known: Known) -> str:
        pair = changes.get(name)
        amount = known.amount(abs((pair[1] or 0) - (pair[0] or 0))) if pair else ""
        return str(amounting) % {"amount": amount} if amount else str(bare)

    return told


def _until(what: LazyString, name: str) -> Sentence:
    def told(changes: Row, _known: Known) -> str:
        day = _after(changes, name)
        return str(what) % {"day": date_text(day)} if day else ""

    return told


def _paused_until(changes: Row, _known: Known) -> str:
    paused = (_after(changes, "dunning") or {}).get("paused")
    if not paused:
        return ""
    return str(gettext("Reminders paused until %(day)s", day=date_text(paused["until"])))


def _reminded(changes: Row, _known: Known) -> str:
    step = (_after(changes, "dunning") or {}).get("step")
    return str(gettext("Reminder %(step)s sent", step=step)) if step else ""


def _said(text: LazyString) -> Sentence:
    return lambda _changes, _known: str(text)


_TOLD: dict[str, Sentence] = {
    "subscription.created": _created_subscription,
    "subscription.updated": _terms,
    "subscription.renewed": _renewed,
    "subscription.change_scheduled": _scheduled,
    "subscription.change_revoked": _said(lazy("The pending change was dropped")),
    "subscription.cancellation_scheduled": _until(lazy("To end on %(day)s"), "end_date"),
    "subscription.cancellation_revoked": _said(lazy("The cancellation was taken back")),
    "subscription.cancelled": _said(lazy("Cancelled")),
    "subscription.trial_ended": _said(lazy("The trial ended and the first period began")),
    "subscription.past_due": _said(lazy("Past due: an invoice is not paid")),
    "subscription.unpaid": _said(lazy("Unpaid: reminders came to their end")),
    "subscription.restored": _said(lazy("In order again: what was overdue is settled")),
    "invoice.finalized": _issued,
    "invoice.paid": _over(lazy("Paid of %(amount)s"), lazy("Paid"), "amount_paid"),
    "invoice.payment_recorded": _over(
        lazy("Partial payment of %(amount)s"), lazy("Partial payment"), "amount_paid"
    ),
    "invoice.reminded": _reminded,
    "invoice.dunning_ended": _said(lazy("Reminders came to their end")),
    "invoice.dunning_paused": _paused_until,
    "invoice.dunning_resumed": _said(lazy("Reminders go on")),
    "invoice.marked_uncollectible": _said(lazy("Given up as uncollectible")),
    "payment.succeeded": _over(
        lazy("Payment of %(amount)s succeeded"), lazy("Payment succeeded"), "amount"
    ),
    "payment.failed": _said(lazy("Payment failed")),
    "credit_note.issued": _over(
        lazy("Credit note of %(amount)s issued"), lazy("Credit note issued"), "total"
    ),
}
