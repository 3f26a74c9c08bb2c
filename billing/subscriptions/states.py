"""The states of a subscription and the moves between them: this table and no other place."""

from typing import Literal, get_args

from billing.errors import Conflict
from billing.phrases import Code

Status = Literal["trialing", "active", "past_due", "unpaid", "paused", "cancelled", "expired"]
STATUSES: tuple[str, ...] = get_args(Status)

MOVES: dict[str, frozenset[str]] = {
    "trialing": frozenset({"active", "cancelled", "expired"}),
    "active": frozenset({"past_due", "paused", "cancelled", "expired"}),
    "past_due": frozenset({"active", "unpaid", "cancelled", "expired"}),
    "unpaid": frozenset({"active", "cancelled", "expired"}),
    "paused": frozenset({"active", "cancelled", "expired"}),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
LIVE: frozenset[str] = frozenset(status for status, moves in MOVES.items() if moves)


class SubscriptionMoveRefused(Conflict):
    """The table has no such move."""

    code = "subscription_move_refused"


def check_move(status: str, to: str) -> None:
    """Raises SubscriptionMoveRefused, naming both states, for a move that is not in the table."""
    if to not in MOVES[status]:
        raise SubscriptionMoveRefused(
            "A subscription that is %(status)s cannot become %(other)s.",
            status=Code(status),
            other=Code(to),
        )
