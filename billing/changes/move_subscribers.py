"""Moving a plan's subscribers to one of its versions, with a look ahead at what that comes to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from billing.changes.change import change_terms
from billing.changes.course import course_of
from billing.database import Row, streamed
from billing.errors import BillingError
from billing.inputs import Input, WholeNumber
from billing.plans.lines import advance_lines
from billing.plans.models import version_key
from billing.plans.queries import get_plan, get_terms, plan_versions
from billing.subscriptions.errors import ChangeScheduled
from billing.subscriptions.inputs import ProrationBehavior
from billing.subscriptions.states import LIVE
from billing.transactions import operation

_OWN_TERMS = ("plan_id", "quantity", "price")
"""What the customer agreed to; the version is the seller's."""


class MoveSubscribers(Input):
    """Whom to move where, and when."""

    version: Annotated[WholeNumber, Field(ge=1, le=1_000_000)]
    effective: Literal["now", "period_end"] = "period_end"
    """At the end of each subscriber's period, which can be revoked one by one until then."""
    proration_behavior: ProrationBehavior | None = None


@dataclass(slots=True)
class Move:
    """What moving came or would come to. Amounts are those of full periods, in smallest units."""

    subscribers: int = 0
    before: int = 0
    after: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Subscriptions that cannot be moved, and why."""
    by_version: Counter[int] = field(default_factory=Counter)


def preview_move(plan_id: str, data: MoveSubscribers) -> Move:
    """Who would be moved, and what a period of theirs costs before and after.

    Raises PlanNotFound.
    """
    target = _target(plan_id, data)
    terms = {row["_id"]: row for row in plan_versions(plan_id)}
    move = Move()
    for row in streamed("subscriptions", _elsewhere(plan_id, data)):
        try:
            _refuse_scheduled(row)
            after = _amount(target, row)
        except BillingError as error:
            move.refused.append((row["_id"], error.message))
            continue
        move.subscribers += 1
        move.by_version[row["plan_version"]] += 1
        move.before += _amount(terms[version_key(plan_id, row["plan_version"])], row)
        move.after += after
    return move


def move_subscribers(
    plan_id: str,
    data: MoveSubscribers,
    on_progress: Callable[[int, int], None] | None = None,
) -> Move:
    """Move each in a transaction of its own; killed and begun again it goes on with the rest.

    Raises PlanNotFound. Who cannot be moved stops nobody else.
    """
    foreseen = preview_move(plan_id, data)
    move = Move(before=foreseen.before, after=foreseen.after, by_version=foreseen.by_version)
    ids = [row["_id"] for row in streamed("subscriptions", _elsewhere(plan_id, data), {"_id": 1})]
    for position, subscription_id in enumerate(ids):
        try:
            _move(subscription_id, data)
            move.subscribers += 1
        except BillingError as error:
            move.refused.append((subscription_id, error.message))
        if on_progress:
            on_progress(position + 1, len(ids))
    return move


@operation
def _move(subscription_id: str, data: MoveSubscribers) -> None:
    course = course_of(subscription_id)
    row = course.row
    _refuse_scheduled(row)
    wanted = {
        "plan_id": row["plan_id"],
        "plan_version": data.version,
        "quantity": row["quantity"],
        "price": row.get("price"),
    }
    change_terms(
        course, wanted, effective=data.effective, proration_behavior=data.proration_behavior
    )


def _refuse_scheduled(row: Row) -> None:
    """Raises ChangeScheduled where more than a version waits: it would be dropped by the move."""
    change = row.get("pending_change")
    if change and any(change.get(name) != row.get(name) for name in _OWN_TERMS):
        raise ChangeScheduled(
            "A change of plan, quantity or price is scheduled, which moving would drop. "
            "Revoke it first, or move this subscription once it is in force."
        )


def _target(plan_id: str, data: MoveSubscribers) -> Row:
    get_plan(plan_id)
    return get_terms(plan_id, data.version)


def _elsewhere(plan_id: str, data: MoveSubscribers) -> Row:
    """Live subscribers of other versions who are not on their way already."""
    return {
        "plan_id": plan_id,
        "plan_version": {"$ne": data.version},
        "status": {"$in": sorted(LIVE)},
        "$nor": [{"pending_change.plan_id": plan_id, "pending_change.plan_version": data.version}],
    }


def _amount(terms: Row, row: Row) -> int:
    lines = advance_lines(terms, row["quantity"], row.get("price"))
    return sum(line["amount"] for line in lines)
