"""The sums of the first page: what recurs, what came in, and what is owed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import cast

from billing import clock
from billing.periods import add_months
from billing.reports.counts import counts
from billing.reports.kept import KeptSums
from billing.reports.receivables import (
    Ageing,
    Collected,
    ageing_from,
    collected_from,
    collected_since,
    due_by_band,
)
from billing.reports.revenue import Month, first_month, months_from, moved_since, mrr_now
from billing.reports.sums import Pair, Sums
from billing.subscriptions.movements import Kind


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums by currency, in smallest units, and counts of what has no currency."""

    mrr: dict[str, tuple[int, int]]
    months: dict[str, list[Month]]
    collected: dict[str, list[Collected]]
    due: dict[str, Ageing]
    counts: Counter[str]


def figures() -> Figures:
    """The sums of now: all that was written before is in them."""
    today = clock.today()
    return _read(OVERVIEW.read(today), today)


def _add_up(today: date, of: Collection[str] | None) -> Sums:
    months = add_months(today.replace(day=1), -11)
    return (
        {f"mrr {currency}": list(pair) for currency, pair in mrr_now(of).items()}
        | {
            " ".join(("moved", *key)): list(pair)
            for key, pair in moved_since(first_month(today), of).items()
        }
        | {" ".join(("collected", *key)): pair for key, pair in collected_since(months, of).items()}
        | {" ".join(("due", *key)): pair for key, pair in due_by_band(today, of).items()}
        | {f"count {what}": [number, 0] for what, number in counts(of).items()}
    )


OVERVIEW = KeptSums("overview", _add_up)


def _read(sums: Sums, today: date) -> Figures:
    mrr = {currency: (amount, count) for (currency,), (amount, count) in _of("mrr", sums)}
    moved = {
        (currency, month, cast("Kind", kind)): (amount, count)
        for (currency, month, kind), (amount, count) in _of("moved", sums)
    }
    came_in = {(currency, month): pair for (currency, month), pair in _of("collected", sums)}
    due = {(currency, band): pair for (currency, band), pair in _of("due", sums)}
    return Figures(
        {currency: mrr[currency] for currency in sorted(mrr)},
        months_from({currency: amount for currency, (amount, _) in mrr.items()}, moved, today),
        collected_from(came_in, today),
        {each.currency: each for each in ageing_from(due)},
        Counter({what: number for (what,), (number, _) in _of("count", sums)}),
    )


def _of(kind: str, sums: Sums) -> list[tuple[list[str], Pair]]:
    """What the names say behind the kind, and the numbers."""
    return [
        (name.split(" ")[1:], pair) for name, pair in sums.items() if name.startswith(f"{kind} ")
    ]
