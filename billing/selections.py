"""All that a list selects, for who needs more of it than a page: an export, a bulk action."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from billing.database import Row, database

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list asks of the database: filter, order and projection, but no page."""

    collection: str
    where: Mapping[str, Any]
    order: Sequence[tuple[str, int]]
    projection: Mapping[str, Any] | None = None

    def batches(
        self, fields: Mapping[str, Any] | None = None, size: int = BATCH
    ) -> Generator[list[Row]]:
        """Every row in the list's order, `size` at a time, with these `fields` only if given.

        One cursor, which ends with the generator: close it when nobody wants the rest. A list
        that no index sorts is sorted on the server's disk, not in anybody's memory.
        """
        found = database()[self.collection].find(
            dict(self.where), fields or self.projection, batch_size=size
        )
        with found.sort(list(self.order)).allow_disk_use(True) as cursor:
            batch: list[Row] = []
            for row in cursor:
                batch.append(row)
                if len(batch) == size:
                    yield batch
                    batch = []
            if batch:
                yield batch

    def ids(self, most: int) -> list[str]:
        """The ids of the first `most` rows."""
        rows = database()[self.collection].find(dict(self.where), {"_id": 1})
        return [row["_id"] for row in rows.sort(list(self.order)).limit(most)]


class _Noted(Exception):
    """Carries the selection out of the query that was about to ask for a page."""

    def __init__(self, selection: Selection) -> None:
        super().__init__("noted")
        self.selection = selection


_noting: ContextVar[bool] = ContextVar("noting_selection", default=False)


def selection_of(query: Callable[..., object], **filters: Any) -> Selection:
    """What `query` would page through with these filters and this `sort`, without asking for it.

    `query` ends in billing.pages.paginate. Raises what it raises, such as Invalid for a sort.
    """
    token = _noting.set(True)
    try:
        query(**filters)
    except _Noted as noted:
        return noted.selection
    finally:
        _noting.reset(token)
    raise AssertionError("a list ends in paginate()")


def note(selection: Selection) -> None:
    """Called where a list is about to ask; does not return where only that was of interest."""
    if _noting.get():
        raise _Noted(selection)
