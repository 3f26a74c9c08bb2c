"""The states of an invoice and the moves between them: this table and no other place."""

from typing import Literal, get_args

Status = Literal["draft", "open", "paid", "void", "uncollectible"]
STATUSES: tuple[str, ...] = get_args(Status)

MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"open", "paid"}),  # paid at once where nothing is due
    "open": frozenset({"paid", "void", "uncollectible"}),
    "uncollectible": frozenset({"paid", "void"}),
    "paid": frozenset(),
    "void": frozenset(),
}


def can_move(status: str, to: str) -> bool:
    """Whether an invoice in `status` may become `to`."""
    return to in MOVES[status]
