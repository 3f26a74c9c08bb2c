"""Moving a subscription between states that the payment of its invoices decides."""

from datetime import date

from billing.database import database
from billing.events.journal import update
from billing.plans.lines import advance_lines
from billing.plans.queries import get_terms
from billing.subscriptions.models import Subscription
from billing.subscriptions.movements import COLLECTION, Movement, movement_row
from billing.subscriptions.mrr import mrr_of
from billing.subscriptions.states import check_move


def move_status(subscription: Subscription, to: str, event: str, day: date, *, reason: str) -> None:
    """Store the loaded subscription in its new state, and how its MRR moved by that on `day`.

    To be called inside a transaction. Raises SubscriptionMoveRefused and StaleRevision.
    """
    check_move(subscription.status, to)
    subscription.status = to
    if subscription.test_clock_id is None:
        _move_mrr(subscription, day)
    update(subscription, event, reason=reason)


def _move_mrr(subscription: Subscription, day: date) -> None:
    row, terms = subscription.row(), get_terms(subscription.plan_id, subscription.plan_version)
    lines = advance_lines(terms, row["quantity"], row.get("price"))
    movement = Movement(day, subscription.mrr, mrr_of(row, terms, lines))
    if movement.after != (movement.before or 0):
        subscription.mrr = movement.after
        found = movement_row(row, terms["currency"], movement)
        database()[COLLECTION].insert_one(found)
