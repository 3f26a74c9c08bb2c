"""Slowing down guessing and sending, counted in MongoDB so that every worker sees the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pymongo import ReturnDocument

from billing import clock
from billing.database import Row, database
from billing.security_log import security_event
from billing.transactions import outside_transaction
from billing.users.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class Throttle:
    """How many of something an account and an address have within a window.

    A window begins with the first. `name` keeps the counts of different things apart.
    """

    name: str
    per_account: int
    per_address: int
    window: timedelta = WINDOW

    def refuse(self, account: str, ip: str | None) -> None:
        """Raises TooManyAttempts once an account or an address has had too many of late."""
        for key, most in self._keys(account, ip):
            found = database().sign_in_failures.find_one({"_id": key})
            if found and found["count"] >= most and found["expires_at"] > clock.now():
                raise self._too_many(found["expires_at"] - clock.now(), ip)

    def claim(self, account: str, ip: str | None) -> None:
        """Count an attempt before it is looked at: of those that come at once no more are looked
        at than of those that come one after the other. Raises TooManyAttempts."""
        self.refuse(account, ip)
        now = clock.now()
        counts = outside_transaction(lambda: self._count_at(now, account, ip))
        mosts = [most for _, most in self._keys(account, ip)]
        if any(count > most for count, most in zip(counts, mosts, strict=True)):
            raise self._too_many(self.window, ip)

    def give_back(self, account: str, ip: str | None) -> None:
        """What was claimed was right: the account begins anew, and the address has one less."""
        outside_transaction(lambda: self._give_back(account, ip))

    def count(self, account: str, ip: str | None) -> None:
        """One more of both."""
        self._count_at(clock.now(), account, ip)

    def fail(self, account: str, ip: str | None) -> bool:
        """One more failure of both, which stays counted though all else is undone.

        Whether it is the one with which the account has to wait.
        """
        now = clock.now()
        failures, *_ = outside_transaction(lambda: self._count_at(now, account, ip))
        return failures == self.per_account

    def forget(self, account: str) -> None:
        """Clear the account's count; the address keeps its own."""
        database().sign_in_failures.delete_one({"_id": next(self._keys(account, None))[0]})

    def _too_many(self, wait: timedelta, ip: str | None) -> TooManyAttempts:
        security_event("attempts.throttled", of=self.name.rstrip(":") or "sign_in", ip=ip)
        seconds = int(wait.total_seconds()) + 1
        return TooManyAttempts(
            "Too many attempts. Try again in %(minutes)s minutes.",
            minutes=-(-seconds // 60),
            retry_after=seconds,
        )

    def _give_back(self, account: str, ip: str | None) -> None:
        self.forget(account)
        for key, _ in list(self._keys(account, ip))[1:]:
            database().sign_in_failures.update_one({"_id": key}, {"$inc": {"count": -1}})

    def _count_at(self, now: datetime, account: str, ip: str | None) -> list[int]:
        """How many the account, and the address, have had in their windows, with this one."""
        counts = []
        for key, _ in self._keys(account, ip):
            row = self._increment(key, now)
            is_over = row["expires_at"] <= now
            if is_over:
                self._restart(key, row["expires_at"], now)
            counts.append(1 if is_over else int(row["count"]))
        return counts

    def _keys(self, account: str, ip: str | None) -> Iterator[tuple[str, int]]:
        # Hashed, so that mistyped addresses (or passwords typed in the wrong field) are not kept.
        yield f"{self.name}account:{sha256(account.encode()).hexdigest()}", self.per_account
        if ip:
            yield f"{self.name}address:{ip}", self.per_address

    def _increment(self, key: str, now: datetime) -> Row:
        row: Row = database().sign_in_failures.find_one_and_update(  # type: ignore[assignment]
            {"_id": key},
            {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": now + self.window}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return row

    def _restart(self, key: str, expired: datetime, now: datetime) -> None:
        database().sign_in_failures.update_one(
            {"_id": key, "expires_at": expired},
            {"$set": {"count": 1, "expires_at": now + self.window}},
        )


PASSWORDS = Throttle("", PER_ACCOUNT, PER_ADDRESS)
"""Failed sign-ins by password, by the email that was typed."""
CODES = Throttle("code:", per_account=5, per_address=100)
"""Wrong codes of the second factor. Three of a million are right at any moment: whoever knows the
password already, and guesses five times in each quarter of an hour, needs about two years."""
LINKS = Throttle("link:", per_account=5, per_address=100, window=timedelta(hours=1))
"""Links that are sent by mail, so that nobody's mailbox is filled in our name."""
