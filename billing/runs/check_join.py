"""Joining what belongs to something with it: two passes in the same order, neither kept whole."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter

from billing.database import Row
from billing.phrases import Number, Phrase

Found = Iterator[tuple[str, Phrase]]
"""What a rule yields: the id of what breaks it, and how."""


def units(amount: int) -> Number:
    """An amount in the smallest units, of whatever currency; English writes it bare."""
    return Number(amount)


def listed(findings: Iterable[Phrase]) -> Phrase:
    """Several findings as one, in their order."""
    told: Phrase | None = None
    for each in findings:
        told = Phrase("%(one)s; %(other)s", one=told, other=each) if told else each
    return told or Phrase("its amounts do not add up")


def joined(
    owners: Iterable[Row], parts: Iterable[Row], by: str
) -> Iterator[tuple[str, Row | None, list[Row]]]:
    """Each owner's id with its row (None when there is none) and its parts, those whose field `by`
    names it. Owners come in the order of `_id`, parts in the order of `by`."""
    merged = merge(
        ((row["_id"], 0, row) for row in owners),
        ((row[by], 1, row) for row in parts),
        key=itemgetter(0, 1),
    )
    for key, found in groupby(merged, key=itemgetter(0)):
        (_, kind, first), *rest = found
        owner = None if kind else first
        yield key, owner, [row for _, _, row in rest] if owner else [first, *(r[2] for r in rest)]
