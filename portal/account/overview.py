"""What I pay, when next and how much, what is open, and what changes soon."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from billing.actors import own_customer_id
from billing.changes.preview import preview_next_invoice
from billing.customers.queries import get_customer
from billing.database import Row
from billing.invoices.queries import is_overdue, list_invoices
from billing.subscriptions.models import Subscription
from billing.subscriptions.queries import live_subscriptions
from portal.access import page
from portal.subscriptions.shown import Charge, agreed, charge_of
from portal.usage.shown import entitlement_cards

_OPEN = 20
_LAST = 5


def add_to(blueprint: Blueprint) -> None:
    """Put this page on the feature's blueprint."""
    blueprint.add_url_rule("", "index", index)


@dataclass(frozen=True, slots=True)
class Served:
    """A subscription that goes on: what a period costs, what is agreed of its course, and the
    invoice that comes next."""

    subscription: Subscription
    charge: Charge
    agreed: list[str]
    following: Row | None


@page("read:customers", audience="customer")
def index() -> ResponseReturnValue:
    """All of it on one page."""
    own = get_customer(own_customer_id() or abort(404))
    live = [_served(subscription) for subscription in live_subscriptions(own.id)]
    unpaid = list_invoices(status="open", limit=_OPEN)
    unpaid.items.sort(key=lambda row: str(row["due_date"]))
    return render_template(
        "account/index.html",
        customer=own,
        live=live,
        following=_first(live),
        unpaid=unpaid,
        owed=_sums(unpaid.items),
        overdue=[row for row in unpaid.items if is_overdue(row)],
        latest=list_invoices(limit=_LAST).items,
        is_overdue=is_overdue,
        entitlements=entitlement_cards(own.id),
    )


def _served(subscription: Subscription) -> Served:
    row = subscription.row()
    following = preview_next_invoice(subscription.id)
    return Served(subscription, charge_of(subscription), agreed(row), following)


def _first(live: list[Served]) -> Row | None:
    """Of the invoices that come next, the one that comes first."""
    coming = [each.following for each in live if each.following]
    return min(coming, key=lambda invoice: str(invoice["issue_date"]), default=None)


def _sums(rows: list[Row]) -> dict[str, int]:
    """What is due, by currency: never added together."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["currency"]] = found.get(row["currency"], 0) + row["amount_due"]
    return found
