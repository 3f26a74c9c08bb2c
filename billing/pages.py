"""Keyset pages: the next page begins after the last row's sort value and id, never at an offset.

Source: use-the-index-luke.com, "no offset". A page deep in a list costs what the first one costs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from time import monotonic
from typing import Any, TypedDict

from billing.cursors import after, encode
from billing.database import Row, database
from billing.errors import Invalid
from billing.reading import left_out
from billing.selections import Selection, note

MAX_COUNT = 10_000
_CAPPED_FOR_SECONDS = 60.0
_capped_until: dict[str, float] = {}
_LARGE = 1000
_LARGE_FOR_SECONDS = 3.0
_large: dict[str, tuple[float, int]] = {}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of plain rows, newest first unless sorted otherwise."""

    items: list[Row]
    has_more: bool
    next_cursor: str | None
    total: int
    total_capped: bool


class PageArguments(TypedDict, total=False):
    """The keyword arguments every list query takes; see PageRequest."""

    limit: int
    cursor: str | None
    sort: str | None
    created_from: datetime | None
    created_before: datetime | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: `sort` is a field name from `sorts`, `-` before it for descending.

    `created_from` (inclusive) and `created_before` leave only what came to be between them; a list
    that offers them has an index `newest` to walk along.
    """

    limit: int = 20
    cursor: str | None = None
    sort: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None

    def within(self, where: Mapping[str, Any]) -> Mapping[str, Any]:
        """The filter with these bounds."""
        bounds = {"$gte": self.created_from, "$lt": self.created_before}
        created = {op: at for op, at in bounds.items() if at is not None}
        return {**where, "created_at": created} if created else where


def days_between(field: str, first: date | None, before: date | None) -> list[Row]:
    """The clause for a stored date from `first` (inclusive) to `before`; none without bounds."""
    bounds = {"$gte": first, "$lt": before}
    days = {op: day.isoformat() for op, day in bounds.items() if day}
    return [{field: days}] if days else []


def paginate(
    collection: str,
    where: Mapping[str, Any],
    page: PageRequest,
    *,
    sorts: Mapping[str, str],
    projection: Mapping[str, Any] | None = None,
    count: Callable[[], int] | None = None,
) -> Page:
    """The page of `collection` that `page` asks for.

    `sorts` maps each public sort name to the stored field; `count` tells how many rows match where
    that is known otherwise. Raises Invalid for an unknown sort, a limit outside 1 to 100 or a
    cursor that this list did not give.
    """
    name, field, direction = _order(page.sort or "-created_at", sorts)
    where, unbounded = page.within(where), where
    if field == "_id" and where is not unbounded:
        field = "created_at"  # the same order, but for what lives at another time than its id
    if not 1 <= page.limit <= 100:
        raise Invalid("limit must be from 1 to 100.", field="limit")
    projection = projection or left_out()
    order = [("_id", direction)] if field == "_id" else [(field, direction), ("_id", direction)]
    selection = Selection(collection, where, order, projection)
    note(selection)
    parts = after(page.cursor, name, field, direction) if page.cursor else [{}]
    rows = _first(page.limit + 1, selection, parts)
    has_more = len(rows) > page.limit
    items = rows[: page.limit]
    is_whole = not has_more and not page.cursor
    count = count or partial(count_capped, collection, where)
    total = len(items) if is_whole else count()
    return Page(
        items=items,
        has_more=has_more,
        next_cursor=encode(name, items[-1].get(field), items[-1]["_id"]) if has_more else None,
        total=min(total, MAX_COUNT),
        total_capped=total > MAX_COUNT,
    )


def _first(most: int, selection: Selection, parts: list[Row]) -> list[Row]:
    """At most so many rows of the selection, part after part of it."""
    where, rows = selection.where, list[Row]()
    for part in parts:
        query = {"$and": [where, part]} if part and where else part or dict(where)
        found = database()[selection.collection].find(query, selection.projection)
        rows += found.sort(selection.order).limit(most - len(rows))
        if len(rows) >= most:
            break
    return rows


def _order(sort: str, sorts: Mapping[str, str]) -> tuple[str, str, int]:
    name = sort.removeprefix("-")
    if name not in sorts:
        raise Invalid(
            "sort must be one of %(known)s, or - and one.", known=", ".join(sorts), field="sort"
        )
    return sort, sorts[name], -1 if sort.startswith("-") else 1


def forget_counts() -> None:
    """Count anew what was counted a moment ago, for who changes everything at once."""
    _capped_until.clear()
    _large.clear()


def count_capped(collection: str, where: Mapping[str, Any]) -> int:
    """How many rows match, counted no further than one past the cap.

    Counting is dear where much matches: that a count is capped is remembered for a minute, since
    it stays true, and one above 1,000 for three seconds, in which it can only be off by a few.
    """
    key = f"{database().name}/{collection}/{sorted(where.items(), key=str)}"
    if _capped_until.get(key, 0.0) > monotonic():
        return MAX_COUNT + 1
    until, known = _large.get(key, (0.0, 0))
    if until > monotonic():
        return known
    # Without a filter MongoDB would read whole documents to count them; the keys are enough.
    by_keys: dict[str, Any] = {} if where else {"hint": "_id_"}
    found = database()[collection].count_documents(where, limit=MAX_COUNT + 1, **by_keys)
    if found > MAX_COUNT:
        if len(_capped_until) > 1000:
            _capped_until.clear()
        _capped_until[key] = monotonic() + _CAPPED_FOR_SECONDS
    elif found > _LARGE:
        if len(_large) > 1000:
            _large.clear()
        _large[key] = (monotonic() + _LARGE_FOR_SECONDS, found)
    return found
