"""Columns of a table for spreadsheets, each read from a batch of rows at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.database import Row
from billing.money import to_major
from billing.shapes import instant

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """`cells` gives one cell for each row; `fields` are what it reads of them."""

    name: str
    fields: tuple[str, ...]
    cells: Callable[[list[Row]], Sequence[Cell]]


def value(name: str, path: str | None = None) -> Column:
    """What is stored at `path` (dotted), which is `name` unless given."""
    path = path or name
    return Column(name, (path,), lambda rows: [cell(_at(row, path)) for row in rows])


def values(*names: str) -> list[Column]:
    """Fields as they are stored, each under its own name."""
    return [value(name) for name in names]


def amounts(*names: str) -> list[Column]:
    """Money in whole units and the decimals of the row's currency: 4900 in USD is `49.00`."""
    return [_amount(name) for name in names]


def looked_up(name: str, by: str, find: Callable[[list[str]], dict[str, str]]) -> Column:
    """What `find` knows of the ids in the field `by`, in one query for a batch."""

    def cells(rows: list[Row]) -> list[Cell]:
        ids = {row[by] for row in rows if row.get(by)}
        found = find(list(ids)) if ids else {}
        return [found.get(row.get(by) or "") for row in rows]

    return Column(name, (by,), cells)


def computed(name: str, fields: tuple[str, ...], work: Callable[[Row], Cell]) -> Column:
    """What `work` makes of each row."""
    return Column(name, fields, lambda rows: [work(row) for row in rows])


def cell(found: Any) -> Cell:
    """A stored value as a spreadsheet can hold it; of several, all with a space between."""
    if isinstance(found, datetime):
        return instant(found)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, list):
        return " ".join(str(each) for each in found)
    return found if found is None or isinstance(found, str | int) else str(found)


def _amount(name: str) -> Column:
    def cells(rows: list[Row]) -> list[Cell]:
        return [_major(row.get(name), row.get("currency")) for row in rows]

    return Column(name, (name, "currency"), cells)


def _major(amount: int | str | None, currency: str | None) -> str | None:
    return None if amount is None or currency is None else to_major(amount, currency)


def _at(row: Row, path: str) -> Any:
    found: Any = row
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
