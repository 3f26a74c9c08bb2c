"""How many invoices each column of the board has, and what is due on them.

Sums come from the keys of indexes alone, and of those only what lies flat in them: to put nested
fields together again takes MongoDB four times as long. So each step is asked for by itself, and
what few invoices have, a pause or a test clock, is asked for separately and taken off.
"""

from collections.abc import Collection, Iterator
from datetime import date

from billing.database import Row, database
from billing.dunning.columns import ENDED, NEW, PAUSED
from billing.reports.kept import KeptSums
from billing.reports.sums import Sums

Groups = Iterator[tuple[int, str, Row]]
"""Whether they are added or taken off (1, -1), of which column, and {currency, count, amount}."""


def _add_up(today: date, of: Collection[str] | None) -> Sums:
    """By column and currency: what is due, and on how many. The column of a step is its own
    number, however many reminders there are to be now."""
    found: Sums = {}
    for sign, column, told in _groups(today) if of is None else _of_few(of, today):
        sums = found.setdefault(f"{column} {told['currency']}", [0, 0])
        sums[0] += sign * told["amount"]
        sums[1] += sign * told["count"]
    return {name: pair for name, pair in sorted(found.items()) if pair[1]}


BOARD = KeptSums("dunning", _add_up)


def _groups(today: date) -> Groups:
    """What is not reminded yet is the overdue less all others."""
    overdue = {"status": "open", "due_date": {"$gt": "", "$lt": today.isoformat()}}
    yield from ((1, NEW, told) for told in _added(overdue, "due", {}))
    yield from _in(ENDED, {"status": "open", "dunning.ended": True}, "dunning_over", today)
    going = {"status": "open", "dunning.ended": False}
    for step in database().invoices.distinct("dunning.step", going):
        yield from _in(str(step), {**going, "dunning.step": step}, "dunning_board", today)
    yield from _paused()
    yield from _on_test_clocks(today)


def _in(column: str, where: Row, index: str, today: date) -> Groups:
    for told in _added(where, index, {"late": _is_late(today)}):
        yield 1, column, told
        if told["late"]:
            yield -1, NEW, told


def _paused() -> Groups:
    """Each moves from the column of its step."""
    where = {"status": "open", "dunning.paused.until": {"$gt": ""}}
    for told in _added(where, "dunning_paused", {"step": "$dunning.step"}):
        yield 1, PAUSED, told
        yield -1, str(told["step"]), told


def _on_test_clocks(today: date) -> Groups:
    """Each is taken off the column that it is in; what is not due yet is in none."""
    where = {"status": "open", "test_clock_id": {"$gt": ""}}
    return ((-1, column, told) for column, told in _in_columns(where, "test_clock", today))


def _of_few(customers: Collection[str], today: date) -> Groups:
    """Of few customers the documents themselves are read."""
    where = {"customer_id": {"$in": list(customers)}, "status": "open", "test_clock_id": None}
    return ((1, column, told) for column, told in _in_columns(where, "customer", today))


def _in_columns(where: Row, index: str, today: date) -> Iterator[tuple[str, Row]]:
    key = {
        "late": _is_late(today),
        "step": "$dunning.step",
        "ended": "$dunning.ended",
        "paused": {"$gt": ["$dunning.paused.until", ""]},
    }
    for told in _added(where, index, key):
        if told["late"] or "ended" in told:
            yield _column_of(told), told


def _column_of(told: Row) -> str:
    if "ended" not in told:
        return NEW
    if told["ended"]:
        return ENDED
    return PAUSED if told["paused"] else str(told["step"])


def _is_late(today: date) -> Row:
    is_before = {"$lt": ["$due_date", today.isoformat()]}
    return {"$and": [{"$gt": ["$due_date", ""]}, is_before]}


def _added(where: Row, index: str, key: Row) -> list[Row]:
    """Rows {currency, count, amount} and what else they are told apart by."""
    sums = {"count": {"$sum": 1}, "amount": {"$sum": "$amount_due"}}
    group = {"_id": {"currency": "$currency", **key}, **sums}
    found = database().invoices.aggregate([{"$match": where}, {"$group": group}], hint=index)
    return [{**row["_id"], "count": row["count"], "amount": row["amount"]} for row in found]
