"""Moves put in the order of their days, each currency with its running balance. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from billing.errors import Invalid
from billing.reports.statement_moves import Move

MOST_LINES = 5_000


class StatementTooLong(Invalid):
    """More happened in that time than one statement lists."""

    code = "statement_too_long"


@dataclass(slots=True)
class Balance:
    """What happened in one currency: `lines` in the order of their days, each with the balance
    after it. opening + charged - credited = closing, in smallest units."""

    currency: str
    opening: int = 0
    charged: int = 0
    credited: int = 0
    lines: list[tuple[Move, int]] = field(default_factory=list)

    @property
    def closing(self) -> int:
        """What is owed at the end; below zero what the customer has in hand."""
        return self.opening + self.charged - self.credited


def balances(moves: Iterable[Move], first: date | None, last: date) -> list[Balance]:
    """The moves, in any order, from `first` (None: from the beginning) to `last`, both included.

    What came before is in the opening balance. Raises StatementTooLong.
    """
    begin, end = first.isoformat() if first else "", last.isoformat()
    found: dict[str, Balance] = {}
    listed: list[Move] = []
    for move in moves:
        if move.day > end:
            continue
        balance = found.setdefault(move.currency, Balance(move.currency))
        if move.day < begin:
            balance.opening += move.change
        else:
            listed.append(move)
            _check_length(listed)
    for move in sorted(listed, key=_order):
        _add(found[move.currency], move)
    kept = [balance for balance in found.values() if balance.lines or balance.opening]
    return sorted(kept, key=lambda balance: balance.currency)


def _order(move: Move) -> tuple[str, datetime, str, str]:
    """By day and moment; what is of one moment by when its id was made."""
    return move.day, move.moment, move.id.partition("_")[2], move.kind


def _add(balance: Balance, move: Move) -> None:
    if move.change > 0:
        balance.charged += move.change
    else:
        balance.credited -= move.change
    balance.lines.append((move, balance.closing))


def _check_length(listed: list[Move]) -> None:
    if len(listed) > MOST_LINES:
        raise StatementTooLong(
            "That time has more than %(most)s lines; ask for a shorter one.",
            most=MOST_LINES,
            field="from",
        )
