"""What the law keeps of who was erased, until its time is over; then names give way here too.

A paper is kept to the end of the calendar year so many years after its own (in Germany
§ 147 (4) AO, § 257 (5) HGB). What it claims (number, lines, amounts, taxes) stays for good.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from pymongo import UpdateOne

from billing import clock
from billing.database import Row, database
from billing.events.redact import ERASED, without
from billing.personal_data.holdings import HOLDINGS, Holding
from billing.personal_data.models import ERASURES
from billing.personal_data.placeholders import name_of
from billing.personal_data.subjects import Subject

_AT_A_TIME = 500
_DONE = "anonymised"
_FREE_TEXT = ("notes", "purchase_order", "provider_reference", "token")
_SNAPSHOT = ("locale", "tax_exempt")
RETAINED = tuple(holding for holding in HOLDINGS if holding.fate == "retained")


@dataclass(frozen=True, slots=True)
class Retained:
    """How many rows of a holding stay, and until which day (exclusive) the last of them does."""

    holding: Holding
    count: int
    until: date | None


def retained(subject: Subject, years: int) -> list[Retained]:
    """What has to stay today, holding by holding."""
    found = []
    for holding in RETAINED:
        days = [_day(row) for row in _kept(holding, subject) if not _is_over(row, years)]
        until = _free_on(max(days), years) if days else None
        found.append(Retained(holding, len(days), until))
    return found


def anonymise_expired(subject: Subject, years: int) -> date | None:
    """Take names out of all whose time is over; the day on which the next is free, if any."""
    following: date | None = None
    for holding in RETAINED:
        rows = _kept(holding, subject)
        while some := list(islice(rows, _AT_A_TIME)):
            _anonymise([row for row in some if _is_over(row, years)], holding, subject)
            days = [_free_on(_day(row), years) for row in some if not _is_over(row, years)]
            following = min([*days, *([following] if following else [])], default=None)
    return following


def review_erasures(get_subject: Callable[[str], Subject], years: int) -> int:
    """Look again at all of whom something may be free by now; how many they were."""
    today = clock.today().isoformat()
    due = list(database()[ERASURES].find({"review_on": {"$gt": "", "$lte": today}}).limit(1000))
    for row in due:
        following = anonymise_expired(get_subject(row["_id"]), years)
        note_review(row["_id"], following)
    return len(due)


def note_review(erasure_id: str, following: date | None) -> None:
    """Remember when to look again."""
    found = {"review_on": following.isoformat() if following else None}
    database()[ERASURES].update_one({"_id": erasure_id}, {"$set": found})


def _kept(holding: Holding, subject: Subject) -> Iterator[Row]:
    where = {**holding.where(subject), _DONE: None}
    return iter(database()[holding.collection].find(where, batch_size=_AT_A_TIME))


def _day(row: Row) -> date:
    """A paper's own day; that on which it came to be where it has none."""
    for name in ("issue_date", "paid_date", "refund_date"):
        if row.get(name):
            return date.fromisoformat(row[name])
    created: datetime = row["created_at"]
    return created.date()


def _free_on(day: date, years: int) -> date:
    return date(day.year + years + 1, 1, 1)


def _is_over(row: Row, years: int) -> bool:
    return _free_on(_day(row), years) <= clock.today()


def _anonymise(rows: list[Row], holding: Holding, subject: Subject) -> None:
    changes = [(row["_id"], _change(holding, row, subject)) for row in rows]
    writes: list[UpdateOne] = [UpdateOne({"_id": id_}, change) for id_, change in changes]
    if writes:
        database()[holding.collection].bulk_write(writes, ordered=False)


def _change(holding: Holding, row: Row, subject: Subject) -> Row:
    """The update that leaves what the books need."""
    change: Row = {_DONE: True}
    words = subject.words
    if "customer" in row:
        kept = {name: row["customer"][name] for name in _SNAPSHOT if name in row["customer"]}
        change["customer"] = {"name": name_of(subject.id), **kept}
        words = _words_of(row["customer"], subject)
    for name in ("line_items", "lines"):
        if row.get(name):
            change[name] = without(row[name], words)
    if row.get("reason") and _is_by_hand(holding, row):
        change["reason"] = ERASED
    unset: dict[str, Any] = {name: 1 for name in _FREE_TEXT if row.get(name)}
    return {"$set": change, **({"$unset": unset} if unset else {})}


def _is_by_hand(holding: Holding, row: Row) -> bool:
    """Whether the reason is somebody's own words; an invoice's is a code, and so is that of credit
    which something else caused."""
    if holding.name == "credit":
        return not any(row.get(name) for name in ("invoice_id", "credit_note_id", "payment_id"))
    return holding.name in {"credit_notes", "refunds"}


def _words_of(snapshot: Row, subject: Subject) -> tuple[str, ...]:
    """The names that the paper itself was made out to, which are known nowhere else any more."""
    own = (snapshot.get("name"), snapshot.get("email"))
    return (*subject.words, *(text.casefold() for text in own if text))
