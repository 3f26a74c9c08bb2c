"""Sessions of the portal: one row for each sign-in of a browser, whose cookie names it.

Without its row a session is over, on every instance at the next request. The database's clock tells
how long each lives, so that no instance's own has to be right.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing.database import Row, database
from billing.events.journal import record
from billing.ids import new_id
from billing.kept_phrases import kept, told_again
from billing.phrases import Phrase
from billing.transactions import operation
from billing.users.devices import told_device
from billing.users.errors import SessionNotFound
from billing.users.models import User

IDLE = timedelta(hours=12)
"""How long a session lives without a request."""
LONGEST = timedelta(days=14)
"""How long it lives at most."""
STEP = timedelta(minutes=5)
"""How exactly it is kept when it was seen, so that not each request writes."""


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lives, as it was at the present request."""

    id: str
    user: User
    how: Phrase
    is_by_provider: bool
    confirmed_at: datetime
    """When its user last showed who they are."""
    now: datetime
    """The database's time."""


def begin_session(
    user: User, how: str, *, device: str, ip: str | None, is_by_provider: bool = False
) -> str:
    """The id of a new session, which ends with the version of the user's sessions."""
    id_ = f"{new_id('ses')}{secrets.token_hex(16)}"  # nobody guesses 128 bits
    told = {"user_id": user.id, "version": user.session_version, "how": str(how), "device": device}
    told |= {"how_phrase": kept(how), "ip": ip, "is_by_provider": is_by_provider}
    begun = {"created_at": "$$NOW", "seen_at": "$$NOW", "confirmed_at": "$$NOW"}
    literal = {name: {"$literal": value} for name, value in told.items()}
    row: list[Row] = [{"$set": {**literal, **begun}}, {"$set": {"expires_at": _EXPIRY}}]
    database().sessions.update_one({"_id": id_}, row, upsert=True)
    return id_


def find_session(session_id: str, ip: str | None = None) -> Session | None:
    """The session with its user, by one look-up; None once it is over."""
    found = list(
        database().sessions.aggregate(
            [
                {"$match": {"_id": session_id, "$expr": {"$gt": ["$expires_at", "$$NOW"]}}},
                {"$lookup": _ITS_USER},
                {"$set": {"now": "$$NOW"}},
            ]
        )
    )
    if not found or not found[0]["user"]:
        return None
    row, user = found[0], User._from_son(found[0]["user"][0])
    if not user.is_active_account or user.session_version != row["version"]:
        return None
    if row["now"] - row["seen_at"] >= STEP:
        _note_seen(row, ip)
    return Session(
        row["_id"], user, how_of(row), row["is_by_provider"], row["confirmed_at"], row["now"]
    )


def how_of(row: Row) -> Phrase:
    """How its user signed in."""
    return told_again(row["how"], row.get("how_phrase"))


def sessions_of(user_id: str) -> list[Row]:
    """A user's live sessions, the one that was seen last first, each with the present `now`."""
    live: list[dict[str, Any]] = [
        {"$match": {"user_id": user_id, "$expr": {"$gt": ["$expires_at", "$$NOW"]}}},
        {"$sort": {"seen_at": -1, "_id": -1}},
        {"$limit": 100},
        {"$set": {"now": "$$NOW"}},
    ]
    return list(database().sessions.aggregate(live))


@operation
def end_session(user: User, session_id: str) -> Row:
    """End one of a user's sessions; the row that it had. Raises SessionNotFound."""
    row = database().sessions.find_one_and_delete({"_id": session_id, "user_id": user.id})
    if row is None:
        raise SessionNotFound("This session has ended already.")
    record(user, "user.signed_out", reason=told_device(row["device"]))
    return row


def end_sessions_of(user_id: str, but: str | None = None) -> None:
    """End all sessions of a user, or all but one; within the caller's transaction."""
    kept = {"_id": {"$ne": but}} if but else {}
    database().sessions.delete_many({"user_id": user_id, **kept})


def _note_seen(row: Row, ip: str | None) -> None:
    seen = {"seen_at": "$$NOW", "ip": {"$literal": ip}}
    database().sessions.update_one(
        {"_id": row["_id"], "seen_at": row["seen_at"]},
        [{"$set": seen}, {"$set": {"expires_at": _EXPIRY}}],
    )


def _milliseconds(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


_ITS_USER = {"from": "users", "localField": "user_id", "foreignField": "_id", "as": "user"}
_EXPIRY = {
    "$min": [
        {"$add": ["$seen_at", _milliseconds(IDLE)]},
        {"$add": ["$created_at", _milliseconds(LONGEST)]},
    ]
}
