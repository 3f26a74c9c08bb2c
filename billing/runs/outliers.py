"""Pure: invoices of a run that somebody should look at before they are issued, and why.

What is as it was the last time is not flagged, so that a free plan does not fill the list.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from billing.database import Row
from billing.invoices.models import END
from billing.runs.slips import Slip

KINDS = ("negative", "zero", "large", "jump", "first")
PERCENT = 50
"""A jump differs from the last invoice by more than this share of it, and by LEAST at least."""
LEAST = 2_000
"""In smallest units, which is about twenty of any currency that is counted in hundredths."""
LARGE = 1_000_000
"""From this total on, in smallest units, an invoice is looked at."""
KEPT = 100
"""So many of each kind are kept, the largest differences; all are counted."""
_LINES = 12


@dataclass(slots=True)
class Outliers:
    """Gathers what is flagged; holds KEPT of each kind at most."""

    counts: Counter[str] = field(default_factory=Counter)
    _kept: dict[str, list[tuple[int, int, Row]]] = field(default_factory=dict)
    _order: "count[int]" = field(default_factory=count)

    def look(self, slip: Slip, last: Slip | None) -> None:
        """Flag an invoice that is odd beside the last one of its subscription."""
        kinds = kinds_of(slip, last)
        if not kinds:
            return
        self.counts.update(kinds)
        kept = self._kept.setdefault(kinds[0], [])
        weight = abs(slip.total - (last.total if last else 0))
        if len(kept) < KEPT or weight > kept[0][0]:
            entry = (weight, next(self._order), _row(slip, last, kinds))
            (heapq.heappush if len(kept) < KEPT else heapq.heapreplace)(kept, entry)

    def rows(self) -> list[Row]:
        """What is kept, kind by kind, the largest differences first."""
        found = (sorted(self._kept.get(kind, ()), key=lambda each: -each[0]) for kind in KINDS)
        return [row for kept in found for _, _, row in kept]


def kinds_of(slip: Slip, last: Slip | None) -> list[str]:
    """Why an invoice is flagged, the gravest first; empty where it is as usual."""
    usual = last is not None and last.total == slip.total
    found = {
        "negative": slip.total < 0,
        "zero": slip.total == 0,
        "large": slip.total >= LARGE,
        "jump": last is not None and slip.reason != END and is_jump(last.total, slip.total),
        "first": last is None,
    }
    return [] if usual else [kind for kind in KINDS if found[kind]]


def is_jump(before: int, after: int) -> bool:
    """Whether an amount differs from the one before by much."""
    difference = abs(after - before)
    return difference >= LEAST and 100 * difference > PERCENT * abs(before)


def facts_of(slip: Slip, last: Slip) -> list[Row]:
    """What is other than the last time: rows {fact, before, after}."""
    was, now = last.main_line, slip.main_line
    pairs = {
        "plan": (last.plan_id, slip.plan_id),
        "quantity": (was.get("quantity"), now.get("quantity")),
        "unit_amount": (was.get("unit_amount"), now.get("unit_amount")),
        "days": (last.days, slip.days) if abs(last.days - slip.days) > 3 else (0, 0),
        "usage": (last.usage, slip.usage),
        "discount": (last.discount, slip.discount),
        "once": (last.once, slip.once),
    }
    return [
        {"fact": name, "before": before, "after": after}
        for name, (before, after) in pairs.items()
        if before != after
    ]


def _row(slip: Slip, last: Slip | None, kinds: list[str]) -> Row:
    return {
        "subscription_id": slip.subscription_id,
        "customer_id": slip.customer_id,
        "plan_id": slip.plan_id,
        "currency": slip.currency,
        "kinds": kinds,
        "total": slip.total,
        "before": last.total if last else None,
        "facts": facts_of(slip, last) if last else [],
        "lines": _lines(slip),
        "before_lines": _lines(last) if last else [],
    }


def _lines(slip: Slip) -> list[Row]:
    """The first lines in short, and how many there are more."""
    names = ("kind", "description", "quantity", "amount")
    shown = [{name: line[name] for name in names} for line in slip.lines[:_LINES]]
    more = sum(line["amount"] for line in slip.lines[_LINES:])
    if len(slip.lines) > _LINES:
        shown.append({"more": len(slip.lines) - _LINES, "quantity": 1, "amount": more})
    return shown
