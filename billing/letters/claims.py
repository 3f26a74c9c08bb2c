"""Taking mail out of the outbox, and writing down what became of it, many at a time.

A claim makes a mail due again after a while, by the database's time: should its worker die, another
one sends it. What a worker writes counts only while the claim is its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from billing.database import Row, database
from billing.ids import new_id
from billing.letters.letter import Letter
from billing.letters.schedule import next_try
from billing.letters.smtp import Outcome
from billing.mail.models import KEPT_FOR, MAILS
from billing.mail.outbox import at_once

LEASE_SECONDS = 300.0  # more than the longest that one attempt can take, after a burst
_MOST_ATTEMPTS = 20
_IN_TURN = [("due_at", 1), ("_id", 1)]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a mail; `letter` is what was sent, without what is secret. Without an outcome
    nobody was asked: it is kept for staff to look at."""

    mail: Row
    at: datetime
    outcome: Outcome | None
    letter: Letter | None = None


def claim(now: datetime, most: int, seconds: float = LEASE_SECONDS) -> list[Row]:
    """At most so many mails that are due, for the caller alone, those that wait longest first."""
    found = database()[MAILS].find(_due(now), {"_id": 1}, hint="due", sort=_IN_TURN, limit=most)
    if not (ids := [row["_id"] for row in found]):
        return []
    until = {"$add": ["$$NOW", int(seconds * 1000)]}
    taken = {"due_at": until, "claim": new_id("clm"), "tries": {"$add": ["$tries", 1]}}
    # Of two who saw the same ones each gets those that it changes.
    database()[MAILS].update_many({"_id": {"$in": ids}, **_due(now)}, [{"$set": taken}])
    mine = database()[MAILS].find({"_id": {"$in": ids}, "claim": taken["claim"]})
    return sorted(mine, key=lambda mail: ids.index(mail["_id"]))


def write_down(done: Sequence[Done]) -> int:
    """Write down what came of mails; how many of them were not the caller's any more."""
    return _write([_settle(each) for each in done])


def give_back(mails: Sequence[Row]) -> None:
    """Let anybody send what was claimed and not tried."""
    _write([_put(m, {"due_at": at_once(m["kind"]), "tries": m["tries"] - 1}) for m in mails])


def keep_all(now: datetime) -> int:
    """Leave all that waits unsent; how much it was."""
    kept = {"$set": {"status": "kept", **_settled(now)}, "$unset": {"claim": 1}}
    return database()[MAILS].update_many({"status": "waiting"}, kept).modified_count


def _settle(done: Done) -> UpdateOne:
    mail, outcome, letter, now = done.mail, done.outcome, done.letter, done.at
    if outcome is None:
        return _put(mail, {"status": "kept", **_settled(now)})
    attempt = {"at": now, "result": outcome.result, "code": outcome.code, "words": outcome.words}
    push = {"attempts": {"$each": [attempt], "$slice": -_MOST_ATTEMPTS}}
    # What is everyone's trouble is not this mail's: it waits no longer for it the next time.
    tries = mail["tries"] - outcome.is_everyones
    due = next_try(tries, mail["queued_at"], now) if outcome.result == "trouble" else None
    if due is not None:
        return _put(mail, {"due_at": due, "tries": tries}, push=push)
    if outcome.result == "sent" and letter is not None:
        said = {"subject": letter.subject, "button": letter.button, "body": letter.body}
        sent = {"status": "sent", "sent_at": now, "said": {**said, "link": letter.link}}
        return _put(mail, {**sent, **_settled(now)}, push=push, unset=("sealed",))
    return _put(mail, {"status": "failed", **_settled(now)}, push=push)


def _due(now: datetime) -> Row:
    return {"status": "waiting", "due_at": {"$lte": now}}


def _settled(now: datetime) -> Row:
    return {"settled_at": now, "expires_at": now + KEPT_FOR}


def _put(
    mail: Row, values: Row, *, push: Row | None = None, unset: tuple[str, ...] = ()
) -> UpdateOne:
    change: dict[str, Any] = {"$set": values, "$unset": dict.fromkeys(("claim", *unset), 1)}
    if push:
        change["$push"] = push
    return UpdateOne({"_id": mail["_id"], "claim": mail["claim"], "status": "waiting"}, change)


def _write(changes: Sequence[UpdateOne]) -> int:
    """How many found nothing to change."""
    if not changes:
        return 0
    return len(changes) - database()[MAILS].bulk_write(changes, ordered=False).matched_count
