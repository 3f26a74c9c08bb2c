"""Sums that take long with a million invoices, right after every write all the same.

Three ways lead to them, the cheapest first. A copy of just this state of the books (billing.copies)
is taken as it is. Else sums of a while ago, kept in MongoDB together with the instant that they are
of, are brought up to date: events tell whose books have changed since, and what those customers
bring to the sums now, less what they brought then, is the difference. Both are read from snapshots,
so it is exact, and naming a customer who changed nothing costs a little time and no truth. Where
that cannot be done, or too many have changed, everything is added up.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from time import perf_counter

from billing import clock
from billing.copies import copies
from billing.database import Row, database
from billing.events.standing import Standing, customers_since, is_in_books, standing_of_books
from billing.reports.models import COLLECTION
from billing.reports.sums import AddUp, Sums, with_difference
from billing.snapshots import SnapshotGone, instant_of, snapshot

QUICK_MS = 80
"""What is added up in less is not kept in MongoDB: that would cost as much."""
MOST_FOR_MS = 2.0
"""How many customers may have changed for each millisecond that it takes to add everything up: so
many take half as long."""
_ANEW_AFTER = timedelta(minutes=10)
"""Whatever somebody changed behind our back is right again after that."""
_REST_SECONDS = 10.0
_RESTS = 20
"""How many times as long the worker rests as it adds up, while much is written."""
_FORMAT = 1
"""To be raised when sums come to mean something else: an instance of before has its own then."""


@dataclass(frozen=True, slots=True)
class KeptSums:
    """What `add_up` gives, under a name of its own."""

    name: str
    add_up: AddUp

    def read(self, today: date) -> Sums:
        """The sums of now: all that was committed before it is asked is in them."""
        try:
            with snapshot():
                standing = standing_of_books()
            found: Sums | None = copies().find(self._key(today, standing)) if standing else None
            return self._brought_up(today) if found is None else found
        except SnapshotGone:  # an index was finished at this moment
            return self.add_up(today, None)

    def renew_if_kept(self) -> None:
        """Bring what is kept up to date, or add it up anew, before somebody has to wait for it."""
        if database()[COLLECTION].find_one({"_id": self._id}, {"_id": 1}):
            self._brought_up(clock.today(), within=_ANEW_AFTER / 2)

    def _brought_up(self, today: date, within: timedelta = _ANEW_AFTER) -> Sums:
        base = self._base(today, within)
        with snapshot() as session:
            standing, began = standing_of_books(), perf_counter()
            found = self._by_difference(today, base) if base else None
            if base is None or found is None:
                found = self.add_up(today, None)
                took = (perf_counter() - began) * 1000
                base = {"full_at": clock.now(), "full_ms": took}
            base = {**base, "at": instant_of(session), "sums": found}
        if standing:
            copies().put(self._key(today, standing), found)
            self._keep({**base, **asdict(standing), "day": today.isoformat()})
        return found

    def _base(self, today: date, within: timedelta) -> Row | None:
        """What is kept, if it is of today and not long since everything was added up."""
        kept = database()[COLLECTION].find_one({"_id": self._id})
        if kept is None or kept["day"] != today.isoformat():
            return None
        return kept if timedelta(0) <= clock.now() - kept["full_at"] < within else None

    def _by_difference(self, today: date, base: Row) -> Sums | None:
        """The sums as the running snapshot has them; None where the difference is not to be had."""
        changed = customers_since(base["seq"], int(base["full_ms"] * MOST_FOR_MS))
        if changed is None or not is_in_books(base["newest"]):
            return None
        if not changed:
            return dict(base["sums"])
        try:
            now = self.add_up(today, changed)
            with snapshot(base["at"]):
                then = self.add_up(today, changed)
        except SnapshotGone:
            return None
        return with_difference(base["sums"], now, then)

    def _keep(self, row: Row) -> None:
        if row["full_ms"] > QUICK_MS:
            database()[COLLECTION].replace_one({"_id": self._id}, row, upsert=True)
        else:
            database()[COLLECTION].delete_one({"_id": self._id})

    def _key(self, today: date, standing: Standing) -> str:
        return f"{self._id}:{today}:{standing}"

    @property
    def _id(self) -> str:
        return f"{self.name}:{_FORMAT}"


class KeptSumsJob:
    """Keeps up to date what is kept, for as long as it takes long."""

    name = "figures"

    def __init__(self, *sums: KeptSums) -> None:
        self._sums = sums

    def work(self) -> float:
        """Once, if it is time."""
        began = perf_counter()
        for each in self._sums:
            each.renew_if_kept()
        return max(_REST_SECONDS, _RESTS * (perf_counter() - began))

    def finish(self, seconds: float) -> None:
        """Nothing is held."""
