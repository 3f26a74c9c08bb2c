"""Who issues one invoice asks those who issue thousands to let them pass.

A billing run raises the counter with hundreds of invoices at a time and begins the next as soon as
it is done: whoever needs one number would hardly ever find a moment between. So they leave word,
and the run waits a little before its next invoices. All machines read it; nothing depends on it.
"""

import time
from contextlib import suppress

from pymongo.errors import PyMongoError

from billing.database import database

COLLECTION = "number_wishes"
ASKED_MS = 1000
"""Whoever asked and died is waited for no longer."""
GIVEN_SECONDS = 0.25
"""So long a run waits before it writes: about as long as it writes, so it keeps half its pace."""
_LOOK_SECONDS = 0.01
_WISH = {"_id": "one"}
_UNTIL = {"$add": ["$$NOW", ASKED_MS]}


def ask_for_way() -> None:
    """Outside of a transaction. A wish lives for a second; it is one, whoever has it."""
    with suppress(PyMongoError):  # two may make it at once
        database()[COLLECTION].update_one(_WISH, [{"$set": {"until": _UNTIL}}], upsert=True)


def need_no_way() -> None:
    """Who had asked has got through; others who still wait ask again."""
    with suppress(PyMongoError):  # what was done is done
        database()[COLLECTION].delete_one(_WISH)


def give_way() -> None:
    """Before many numbers are taken: wait for a moment for those who asked."""
    end = time.monotonic() + GIVEN_SECONDS
    while _is_asked_for() and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)


def _is_asked_for() -> bool:
    where = {**_WISH, "$expr": {"$gt": ["$until", "$$NOW"]}}
    return database()[COLLECTION].find_one(where, {"_id": 1}) is not None
