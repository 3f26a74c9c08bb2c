"""Sums that take long: added up when asked for, or kept for a moment where that takes long.

With a million invoices some take a second. So what took long is kept in MongoDB, for every
instance, says when it was, and is added up anew by the worker; without a worker by whoever looks
too late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from billing import clock
from billing.database import Row, database
from billing.reports.models import COLLECTION

QUICK_MS = 80
"""What takes less is never kept: a small business sees each payment at once."""
_ANEW_AFTER = timedelta(seconds=30)
_LATEST = timedelta(minutes=2)
_REST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class KeptSums:
    """What `sum_up` gives, as MongoDB takes it, under a name of its own."""

    name: str
    sum_up: Callable[[], Row]

    def read(self) -> tuple[Row, bool]:
        """The sums and whether they were kept, less than two minutes ago; else as of now. `at` is
        the instant that they are of."""
        kept = database()[COLLECTION].find_one({"_id": self.name})
        return (kept, True) if kept and _is_of(kept["at"], _LATEST) else (self.renew(), False)

    def renew(self) -> Row:
        """The sums, now; kept if they took long."""
        now, started = clock.now(), perf_counter()
        found = {**self.sum_up(), "at": now}
        kept = database()[COLLECTION]
        if (perf_counter() - started) * 1000 > QUICK_MS:
            kept.replace_one({"_id": self.name}, found, upsert=True)
        else:
            kept.delete_one({"_id": self.name})
        return found

    def renew_if_kept(self) -> None:
        """Add up anew what is kept and has aged."""
        kept = database()[COLLECTION].find_one({"_id": self.name}, {"at": 1})
        if kept and not _is_of(kept["at"], _ANEW_AFTER):
            self.renew()


class KeptSumsJob:
    """Adds up what is kept, again and again, for as long as it takes long."""

    name = "figures"

    def __init__(self, *sums: KeptSums) -> None:
        self._sums = sums

    def work(self) -> float:
        """Once, if it is time."""
        for each in self._sums:
            each.renew_if_kept()
        return _REST_SECONDS

    def finish(self, seconds: float) -> None:
        """Nothing is held."""


def _is_of(at: datetime, age: timedelta) -> bool:
    """Whether it was so lately, and today: at midnight all ages of debts change."""
    now = clock.now()
    return timedelta(0) <= now - at < age and at.date() == now.date()
