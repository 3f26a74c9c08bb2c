"""Sums that can be added up of all customers or of some, and so be brought up to date by what few
of them changed."""

from collections.abc import Callable, Collection
from datetime import date

from billing.database import Row

Pair = list[int]
Sums = dict[str, Pair]
"""Names such as `due USD days_1_30`, and two numbers of each: an amount and how many, say."""
AddUp = Callable[[date, Collection[str] | None], Sums]
"""What the sums are on a day, of these customers or of all."""


def scope(of: Collection[str] | None, index: str) -> tuple[Row, str]:
    """What finds the rows of these customers beside other conditions, and by which index; of all
    it is `index`, in whose keys the whole answer is."""
    return ({}, index) if of is None else ({"customer_id": {"$in": list(of)}}, "customer")


def with_difference(base: Sums, now: Sums, then: Sums) -> Sums:
    """`base` with what some customers bring to it now instead of `then`."""
    found = dict(base)
    for sign, changed in ((1, now), (-1, then)):
        for name, (first, second) in changed.items():
            before = found.get(name, [0, 0])
            found[name] = [before[0] + sign * first, before[1] + sign * second]
    return {name: pair for name, pair in found.items() if any(pair)}
