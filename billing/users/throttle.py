"""Slowing down password guessing, counted in MongoDB so that every worker sees the same."""

from datetime import datetime, timedelta
from hashlib import sha256

from pymongo import ReturnDocument

from billing import clock
from billing.database import Row, database
from billing.users.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 100


def refuse_when_throttled(email: str, ip: str | None) -> None:
    """Raises TooManyAttempts once an account or an address has failed too often of late."""
    for key, most in _keys(email, ip):
        found = database().sign_in_failures.find_one({"_id": key})
        if found and found["count"] >= most and found["expires_at"] > clock.now():
            wait = int((found["expires_at"] - clock.now()).total_seconds()) + 1
            raise TooManyAttempts(
                f"Too many attempts. Try again in {-(-wait // 60)} minutes.", retry_after=wait
            )


def count_failure(email: str, ip: str | None) -> None:
    """Remember a failed sign-in until the window that began with the first one ends."""
    for key, _ in _keys(email, ip):
        row = _increment(key)
        if row["expires_at"] <= clock.now():
            _restart(key, row["expires_at"])


def forget_failures(email: str) -> None:
    """The right password clears the account's count; the address keeps its own."""
    database().sign_in_failures.delete_one({"_id": _keys(email, None)[0][0]})


def _keys(email: str, ip: str | None) -> list[tuple[str, int]]:
    # Hashed, so that mistyped addresses (or passwords typed in the wrong field) are not kept.
    keys = [(f"account:{sha256(email.encode()).hexdigest()}", PER_ACCOUNT)]
    return [*keys, (f"address:{ip}", PER_ADDRESS)] if ip else keys


def _increment(key: str) -> Row:
    row: Row = database().sign_in_failures.find_one_and_update(  # type: ignore[assignment]
        {"_id": key},
        {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": clock.now() + WINDOW}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return row


def _restart(key: str, expired: datetime) -> None:
    database().sign_in_failures.update_one(
        {"_id": key, "expires_at": expired},
        {"$set": {"count": 1, "expires_at": clock.now() + WINDOW}},
    )
