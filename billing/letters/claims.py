"""Taking mail out of the outbox, and writing down what became of it.

A claim makes a mail due again after a while, by the database's time: should its worker die, another
one sends it. What a worker writes counts only while the claim is its own.
"""

from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from billing.database import Row, database
from billing.ids import new_id
from billing.letters.letter import Letter
from billing.letters.schedule import next_try
from billing.letters.smtp import Outcome
from billing.mail.models import KEPT_FOR, MAILS

LEASE_SECONDS = 300.0  # more than the longest that one attempt can take
_MOST_ATTEMPTS = 20


def count_due(now: datetime, most: int) -> int:
    """How many mails are due, counted no further than `most`."""
    return database()[MAILS].count_documents(_due(now), limit=most, hint="due")


def claim(now: datetime, seconds: float = LEASE_SECONDS) -> Row | None:
    """The next mail that is due, for the caller alone; None when none is."""
    until = {"$add": ["$$NOW", int(seconds * 1000)]}
    taken = {"due_at": until, "claim": new_id("clm"), "tries": {"$add": ["$tries", 1]}}
    return database()[MAILS].find_one_and_update(
        _due(now),
        [{"$set": taken}],
        sort=[("due_at", 1), ("_id", 1)],
        hint="due",
        return_document=ReturnDocument.AFTER,
    )


def note(mail: Row, outcome: Outcome, letter: Letter | None, now: datetime) -> bool:
    """Write down what came of an attempt; whether the mail was still the caller's.

    `letter` is what was sent, without what is secret.
    """
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


def keep(mail: Row, now: datetime) -> bool:
    """Leave it unsent, for staff to look at."""
    return _put(mail, {"status": "kept", **_settled(now)})


def keep_all(now: datetime) -> int:
    """Leave all that waits unsent; how much it was."""
    kept = {"$set": {"status": "kept", **_settled(now)}, "$unset": {"claim": 1}}
    return database()[MAILS].update_many({"status": "waiting"}, kept).modified_count


def _due(now: datetime) -> Row:
    return {"status": "waiting", "due_at": {"$lte": now}}


def _settled(now: datetime) -> Row:
    return {"settled_at": now, "expires_at": now + KEPT_FOR}


def _put(mail: Row, values: Row, *, push: Row | None = None, unset: tuple[str, ...] = ()) -> bool:
    change: dict[str, Any] = {"$set": values, "$unset": dict.fromkeys(("claim", *unset), 1)}
    if push:
        change["$push"] = push
    mine = {"_id": mail["_id"], "claim": mail["claim"], "status": "waiting"}
    return bool(database()[MAILS].update_one(mine, change).matched_count)
