"""Checks of the books that staff ask for: begun by one process, carried out by another, kept."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise
from time import monotonic
from typing import Unpack

from billing import clock
from billing.actors import current_actor
from billing.database import Row, database
from billing.ids import new_id
from billing.kept_phrases import kept
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.runs.check import RULES, find_offences
from billing.runs.errors import BooksCheckNotFound

COLLECTION = "books_checks"
SORTS = {"created_at": "_id"}
KEPT = 500
"""So many offences are kept of a check; all are counted."""
LOOKED_AT = ("customers", "subscriptions", "invoices", "payments", "credit_notes", "events")
_SILENCE = timedelta(minutes=10)  # one rule over very large books may last


def start_check() -> tuple[Row, bool]:
    """A check that is under way, and whether it is a new one that somebody must carry out."""
    newest = database()[COLLECTION].find_one({}, sort=[("_id", -1)])
    if newest and check_status(newest) == "running":
        return newest, False
    now = clock.now()
    row: Row = {
        "_id": new_id("chk"),
        "status": "running",
        "asked_by": current_actor().name,
        "rule": None,
        "done": 0,
        "rules": len(RULES),
        "offences": [],
        "offence_count": 0,
        "ruled": [],
        "looked_at": {},
        "created_at": now,
        "heartbeat_at": now,
        "finished_at": None,
    }
    database()[COLLECTION].insert_one(row)
    return row, True


def carry_out(check_id: str) -> Row:
    """Check the books and keep what was found; the finished row. Raises BooksCheckNotFound."""
    get_check(check_id)
    sizes = {name: database()[name].estimated_document_count() for name in LOOKED_AT}
    _note(check_id, looked_at=sizes)
    began: list[tuple[str, float]] = []

    def told(rule: str, done: int, rules: int) -> None:
        began.append((rule, monotonic()))
        _note(check_id, rule=rule, done=done, rules=rules)

    counts, first = Counter[str](), list[Row]()
    for found in find_offences(told):
        counts[found.rule] += 1
        if len(first) < KEPT:
            first.append({**asdict(found), "phrase": kept(found.message)})
    ended = {"status": "completed", "finished_at": clock.now()}
    ruled = _ruled(began, counts)
    _note(check_id, offences=first, offence_count=counts.total(), ruled=ruled, **ended)
    return get_check(check_id)


def _ruled(began: list[tuple[str, float]], counts: Counter[str]) -> list[Row]:
    """For each rule how long it took, in whole milliseconds, and how many offend against it."""
    return [
        {"rule": rule, "milliseconds": round(1000 * (until - since)), "offences": counts[rule]}
        for (rule, since), (_, until) in pairwise(began)
    ]


def _note(check_id: str, **values: object) -> None:
    where = {"_id": check_id}
    database()[COLLECTION].update_one(where, {"$set": {**values, "heartbeat_at": clock.now()}})


def get_check(check_id: str) -> Row:
    """One check. Raises BooksCheckNotFound."""
    if (row := database()[COLLECTION].find_one({"_id": check_id})) is None:
        raise BooksCheckNotFound("There is no such check of the books.")
    return row


def list_checks(**page: Unpack[PageArguments]) -> Page:
    """Checks, newest first."""
    return paginate(COLLECTION, {}, PageRequest(**page), sorts=SORTS)


def check_status(row: Row) -> str:
    """`running`, `completed`, or `interrupted` when nobody has worked on it for a while."""
    silent = clock.now() - row["heartbeat_at"] > _SILENCE
    return "interrupted" if row["status"] == "running" and silent else str(row["status"])
