"""Pure: what a subscription's coming period costs, and what it is to come to at least."""

from collections.abc import Callable, Mapping
from datetime import date

from billing.database import Row
from billing.money import share_of
from billing.periods import Period
from billing.plans.lines import advance_lines, setup_fee_line
from billing.plans.pricing import Usage
from billing.subscriptions.proration import Rest, part_of_period

UsageOf = Callable[[date, date], tuple[Mapping[str, Usage], Mapping[str, int]]]
"""A subscription's usage over [start, end) by meter, and how many of its events came late."""


def is_metered(terms: Row) -> bool:
    """Whether the terms charge for usage."""
    charges = terms.get("charges")
    if not charges:  # asked for every invoice of a run
        return False
    return any(charge.get("meter") for charge in charges)


class AdvanceLines:
    """The lines of full periods, priced once for each set of terms and cut to each period."""

    def __init__(self) -> None:
        self._priced: dict[tuple[str, int, int | str | None], list[Row]] = {}

    def full(self, terms: Row, subscription: Row) -> list[Row]:
        """What a full period costs; not to be changed."""
        key = (terms["_id"], subscription["quantity"], subscription.get("price"))
        if key not in self._priced:
            self._priced[key] = advance_lines(terms, key[1], key[2])
        return self._priced[key]

    def of_period(self, terms: Row, subscription: Row, period: Period, full: Period) -> list[Row]:
        """What `period` costs, which is all or a part of the `full` one."""
        lines = self.full(terms, subscription)
        return [part_of_period(line, period, full) for line in lines]


def first_lines(terms: Row, start: date) -> list[Row]:
    """What is charged once, with the first paid period."""
    line = setup_fee_line(terms)
    if line is None:
        return []
    day = start.isoformat()
    return [{**line, "period_start": day, "period_end": day}]


def commitment_of(terms: Row, lines: list[Row], period: Period, full: Period) -> Row | None:
    """What a period is to come to at least, what of it is charged in advance, and the minimum of a
    full period on these terms."""
    if not terms.get("minimum_amount"):
        return None
    minimum = share_of(terms["minimum_amount"], period.days, full.days)
    charged = sum(line["amount"] for line in lines)
    return {"minimum": minimum, "charged": charged, "full": terms["minimum_amount"]}


def cut_commitment(commitment: Row, lines: list[Row], rest: Rest) -> Row:
    """The commitment of a period that ends where its `rest` begins, and what comes to it.

    One that was made before `full` was kept is cut as if its minimum had been the same all along.
    """
    minimum, full = commitment["minimum"], commitment.get("full")
    return {
        **commitment,
        "minimum": (
            share_of(minimum, *rest.elapsed) if full is None else minimum - rest.share_of(full)
        ),
        "charged": commitment["charged"] + sum(line["amount"] for line in lines),
    }
