"""Overdue invoices by how far their reminders have got: the columns of the board, and their sums.

Those of customers on test clocks are left out: they are reminded by advancing the clock.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any, Unpack

from billing import clock
from billing.database import Row, database
from billing.errors import Invalid
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.seller import current_seller

NEW, ENDED, PAUSED = "new", "ended", "paused"
CARDS = 8
_MANY = 1_000
_KEPT_FOR_SECONDS = 20.0
_kept: dict[str, tuple[float, list[Row]]] = {}
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

    def add(self, group: Row, sign: int = 1) -> None:
        """Count a group {_id: {currency}, count, amount}."""
        currency = group["_id"]["currency"]
        self.counts[currency] += sign * group["count"]
        self.amounts[currency] += sign * group["amount"]
        if not self.counts[currency]:
            del self.counts[currency], self.amounts[currency]


def column_keys() -> list[str]:
    """The keys of all columns, in order: not reminded yet, after each reminder, over, paused."""
    steps = max(len(current_seller()["dunning"]["days"]), 1)
    return [NEW, *(str(step) for step in range(1, steps + 1)), ENDED, PAUSED]


def dunning_board() -> list[Column]:
    """All columns with their sums and first rows."""
    keys, today = column_keys(), clock.today()
    columns = {key: Column(key) for key in keys}
    _sum_up(columns, len(keys) - 3, today)
    for column in columns.values():
        if shown := min(CARDS, column.count):
            sort = [("due_date", -1 if column.key == NEW else 1), ("_id", 1)]
            where = _where(column.key, len(keys) - 3, today)
            found = database().invoices.find(where, _FIELDS).sort(sort).limit(shown)
            column.items = list(found)
    return list(columns.values())


def list_column(*, column: str, **page: Unpack[PageArguments]) -> Page:
    """One column's invoices, the longest overdue first. Raises Invalid for an unknown column."""
    keys = column_keys()
    if column not in keys:
        raise Invalid(f"column must be one of {', '.join(keys)}.", field="column")
    if not page.get("sort"):
        page["sort"] = "due_date"
    where = _where(column, len(keys) - 3, clock.today())
    return paginate("invoices", where, PageRequest(**page), sorts=SORTS, projection=_FIELDS)


def _where(key: str, steps: int, today: date) -> Row:
    real: Row = {"status": "open", "test_clock_id": None}
    if key == NEW:
        overdue = {"$gt": "", "$lt": today.isoformat()}
        return {**real, "due_date": overdue, "dunning.step": None}
    if key == ENDED:
        return {**real, "dunning.ended": True, "due_date": {"$gt": ""}}
    if key == PAUSED:
        return {**real, "dunning.paused.until": {"$gt": ""}}
    step: Any = int(key)
    if step == steps:  # the schedule may have had more reminders once
        step = {"$gte": step}
    return {**real, "dunning.ended": False, "dunning.step": step, "dunning.paused.until": None}


def _sum_up(columns: dict[str, Column], steps: int, today: date) -> None:
    """Sums from the keys of indexes: what is not reminded yet is the overdue less all others."""
    new = columns[NEW]
    overdue = {"status": "open", "due_date": {"$gt": "", "$lt": today.isoformat()}}
    for group in _groups(overdue, "due", today):
        new.add(group)
    clocked = {"status": "open", "test_clock_id": {"$gt": ""}, "dunning.step": None}
    for group in _groups(clocked, "test_clock", today):
        if group["_id"]["overdue"]:
            new.add(group, -1)
    for ended in (False, True):
        index = "dunning_ended" if ended else "dunning_step"
        for group in _groups({"status": "open", "dunning.ended": ended}, index, today):
            told = group["_id"]
            if told["overdue"]:
                new.add(group, -1)
            if not told["clocked"]:
                columns[_key_of(told, steps, ended=ended)].add(group)


def _key_of(told: Row, steps: int, *, ended: bool) -> str:
    if ended:
        return ENDED
    if told["paused"]:
        return PAUSED
    return str(min(told["step"], steps))


def _groups(where: Row, index: str, today: date) -> list[Row]:
    """Counts and sums by currency and column; those over many are kept for a moment."""
    key = f"{database().name}/{index}/{where}/{today}"
    until, known = _kept.get(key, (0.0, []))
    if until > monotonic():
        return known
    found = list(database().invoices.aggregate(_pipeline(where, index, today), hint=index))
    if sum(group["count"] for group in found) > _MANY:
        if len(_kept) > 100:
            _kept.clear()
        _kept[key] = monotonic() + _KEPT_FOR_SECONDS, found
    return found


def _pipeline(where: Row, index: str, today: date) -> list[Row]:
    told = ["due_date", "currency", "amount_due"]
    if index != "due":  # whose keys end there
        told.append("test_clock_id")
    if index == "dunning_step":
        told += ["dunning.step", "dunning.paused.until"]
    key: Row = {"currency": "$currency"}
    if index != "due":
        key |= {
            "overdue": {
                "$and": [{"$gt": ["$due_date", ""]}, {"$lt": ["$due_date", today.isoformat()]}]
            },
            "step": "$dunning.step",
            "paused": {"$gt": ["$dunning.paused.until", ""]},
            "clocked": {"$gt": ["$test_clock_id", ""]},
        }
    return [
        {"$match": where},
        {"$project": {"_id": 0, **dict.fromkeys(told, 1)}},
        {"$group": {"_id": key, "count": {"$sum": 1}, "amount": {"$sum": "$amount_due"}}},
    ]
