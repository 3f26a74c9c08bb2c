"""Moving a plan's subscribers to one of its versions."""

from typing import Literal

from api.answers import Plain
from api.endpoint import Endpoints
from api.shape import Id, Shape
from billing.changes.move_subscribers import Move, MoveSubscribers
from billing.changes.move_subscribers import move_subscribers as move
from billing.changes.move_subscribers import preview_move as preview
from billing.database import Row
from billing.plans.errors import PlanNotFound


class Refused(Shape):
    """A subscription that cannot be moved."""

    subscription_id: Id
    reason: str


class SubscribersMove(Shape):
    """Who is moved; amounts are those of full periods, in smallest units."""

    object: Literal["subscribers_move"]
    version: int
    subscribers: int
    amount_before: int
    amount_after: int
    refused: list[Refused]


endpoints = Endpoints("Plans", "What can be subscribed to.")
_ANSWER = Plain(SubscribersMove)


@endpoints.post(
    "/plans/<plan_id>/preview_move",
    "Preview moving subscribers",
    scope="read:subscriptions",
    body=(MoveSubscribers,),
    answer=_ANSWER,
    staff_only=True,
    refusals=(PlanNotFound,),
)
def preview_move(plan_id: str, body: MoveSubscribers) -> Row:
    """Who would be moved to the version, and what that comes to; writes nothing."""
    return _view(preview(plan_id, body), body)


@endpoints.post(
    "/plans/<plan_id>/move_subscribers",
    "Move subscribers to a version",
    scope="write:subscriptions",
    body=(MoveSubscribers,),
    answer=_ANSWER,
    in_stages=True,
    staff_only=True,
    refusals=(PlanNotFound,),
)
def move_subscribers(plan_id: str, body: MoveSubscribers) -> Row:
    """Each in a transaction of its own; sent again, it goes on with those who are left."""
    return _view(move(plan_id, body), body)


def _view(found: Move, data: MoveSubscribers) -> Row:
    return {
        "object": "subscribers_move",
        "version": data.version,
        "subscribers": found.subscribers,
        "amount_before": found.before,
        "amount_after": found.after,
        "refused": [{"subscription_id": i, "reason": reason} for i, reason in found.refused],
    }
