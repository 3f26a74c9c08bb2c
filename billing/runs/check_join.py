"""Joining what belongs to something with it: two passes in the same order, neither kept whole."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter

from billing.database import Row

Found = Iterator[tuple[str, str]]
"""What a rule yields: the id of what breaks it, and how."""


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
