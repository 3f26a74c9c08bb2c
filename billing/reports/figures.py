"""The sums of the first page: added up when asked for, or kept for a moment where that takes long.

With a million invoices it takes a second. So what took long is kept in MongoDB, for every instance,
says when it was, and is added up anew by the worker; without a worker by whoever looks too late.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from billing import clock
from billing.database import Row, database
from billing.reports.models import COLLECTION
from billing.reports.receivables import Ageing, Collected, ageing, months_collected
from billing.reports.revenue import Month, months_of_revenue, mrr_now

QUICK_MS = 80
"""What takes less is never kept: a small business sees each payment at once."""
_ID = "overview"
_ANEW_AFTER = timedelta(seconds=30)
_LATEST = timedelta(minutes=2)
_REST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums by currency, in smallest units, as they were `at` an instant."""

    at: datetime
    mrr: dict[str, tuple[int, int]]
    months: dict[str, list[Month]]
    collected: dict[str, list[Collected]]
    due: dict[str, Ageing]
    is_kept: bool = False


class FiguresJob:
    """Adds up what is kept, again and again, for as long as somebody's figures take long."""

    name = "figures"

    def work(self) -> float:
        """Once, if it is time."""
        kept = database()[COLLECTION].find_one({"_id": _ID}, {"at": 1})
        if kept and not _is_of(kept["at"], _ANEW_AFTER):
            add_up()
        return _REST_SECONDS

    def finish(self, seconds: float) -> None:
        """Nothing is held."""


def figures() -> Figures:
    """What was kept less than two minutes ago, else all added up now."""
    kept = database()[COLLECTION].find_one({"_id": _ID})
    return _read(kept) if kept and _is_of(kept["at"], _LATEST) else add_up()


def add_up() -> Figures:
    """All sums, now; kept if they took long."""
    now, today = clock.now(), clock.today()
    started = perf_counter()
    mrr = mrr_now()
    due = {each.currency: each for each in ageing(today)}
    found = Figures(now, mrr, months_of_revenue(today, mrr=mrr), months_collected(today), due)
    kept = database()[COLLECTION]
    if (perf_counter() - started) * 1000 > QUICK_MS:
        kept.replace_one({"_id": _ID}, _row(found), upsert=True)
    else:
        kept.delete_one({"_id": _ID})
    return found


def _is_of(at: datetime, age: timedelta) -> bool:
    """Whether it was so lately, and today: at midnight all ages of debts change."""
    now = clock.now()
    return timedelta(0) <= now - at < age and at.date() == now.date()


def _row(found: Figures) -> Row:
    return {
        "at": found.at,
        "mrr": {currency: list(pair) for currency, pair in found.mrr.items()},
        "months": {c: [_dated(asdict(m)) for m in found.months[c]] for c in found.months},
        "collected": {c: [_dated(asdict(m)) for m in found.collected[c]] for c in found.collected},
        "due": {currency: each.row() for currency, each in found.due.items()},
    }


def _read(row: Row) -> Figures:
    months = {c: [Month(**_undated(m)) for m in row["months"][c]] for c in row["months"]}
    collected = {
        c: [Collected(**_undated(m)) for m in each] for c, each in row["collected"].items()
    }
    due = {currency: Ageing.of(each) for currency, each in row["due"].items()}
    mrr = {currency: (amount, count) for currency, (amount, count) in row["mrr"].items()}
    return Figures(row["at"], mrr, months, collected, due, is_kept=True)


def _dated(values: dict[str, Any]) -> Row:
    return {**values, "start": values["start"].isoformat()}


def _undated(row: Row) -> dict[str, Any]:
    return {**row, "start": date.fromisoformat(row["start"])}
