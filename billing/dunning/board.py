"""Overdue invoices by how far their reminders have got: the columns of the board, and their rows.

The sums are of an instant; the rows may be of one that is a little later.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Unpack

from billing import clock
from billing.database import Row, database
from billing.dunning.columns import ENDED, NEW, PAUSED, column_keys, of_column, steps_in_all
from billing.dunning.sums import BOARD
from billing.errors import Invalid
from billing.pages import Page, PageArguments, PageRequest, paginate

CARDS = 8
SORTS = {"due_date": "due_date"}
_FIELDS = dict.fromkeys(
    ("number", "customer_id", "subscription_id", "currency", "amount_due", "due_date", "dunning"), 1
)


@dataclass(slots=True)
class Column:
    """One column: `key` names it; by currency, how many invoices and what is due on them, in
    smallest units. `items` are the first rows."""

    key: str
    counts: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    items: list[Row] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.counts.total()

    @property
    def sums(self) -> list[tuple[str, int]]:
        return [(currency, self.amounts[currency]) for currency in sorted(self.amounts)]


def dunning_board() -> list[Column]:
    """All columns with their sums and first rows."""
    columns, steps, today = _summed_up(), steps_in_all(), clock.today()
    for column in columns.values():
        if shown := min(CARDS, column.count):
            sort = [("due_date", -1 if column.key == NEW else 1), ("_id", 1)]
            found = database().invoices.find(of_column(column.key, steps, today), _FIELDS)
            column.items = list(found.sort(sort).limit(shown))
    return list(columns.values())


def list_column(*, column: str, **page: Unpack[PageArguments]) -> Page:
    """One column's invoices, the longest overdue first. Raises Invalid for an unknown column."""
    keys = column_keys()
    if column not in keys:
        raise Invalid("column must be one of %(known)s.", known=", ".join(keys), field="column")
    if not page.get("sort"):
        page["sort"] = "due_date"
    where = of_column(column, steps_in_all(), clock.today())
    return paginate(
        "invoices",
        where,
        PageRequest(**page),
        sorts=SORTS,
        projection=_FIELDS,
        count=lambda: _summed_up()[column].count,
    )


def _summed_up() -> dict[str, Column]:
    """The columns by their keys, still without rows."""
    columns = {key: Column(key) for key in column_keys()}
    for name, (amount, count) in BOARD.read(clock.today()).items():
        key, currency = name.split(" ")
        column = columns[_key_of(key, steps_in_all())]
        column.counts[currency] += count
        column.amounts[currency] += amount
    return columns


def _key_of(told: str, steps: int) -> str:
    """The schedule may have had more reminders once: those are in the last column."""
    return told if told in {NEW, ENDED, PAUSED} else str(min(int(told), steps))
