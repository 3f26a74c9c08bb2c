"""The sums of the first page: what recurs, what came in, and what is owed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from billing import clock
from billing.database import Row
from billing.reports.kept import KeptSums
from billing.reports.receivables import Ageing, Collected, ageing, months_collected
from billing.reports.revenue import Month, months_of_revenue, mrr_now


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums by currency, in smallest units, as they were `at` an instant."""

    at: datetime
    mrr: dict[str, tuple[int, int]]
    months: dict[str, list[Month]]
    collected: dict[str, list[Collected]]
    due: dict[str, Ageing]
    is_kept: bool = False


def figures() -> Figures:
    """The sums of now, or those that are kept."""
    row, is_kept = OVERVIEW.read()
    return _read(row, is_kept=is_kept)


def _sum_up() -> Row:
    today, mrr = clock.today(), mrr_now()
    months, collected = months_of_revenue(today, mrr=mrr), months_collected(today)
    return {
        "mrr": {currency: list(pair) for currency, pair in mrr.items()},
        "months": {c: [_dated(asdict(m)) for m in months[c]] for c in months},
        "collected": {c: [_dated(asdict(m)) for m in collected[c]] for c in collected},
        "due": {each.currency: each.row() for each in ageing(today)},
    }


OVERVIEW = KeptSums("overview", _sum_up)


def _read(row: Row, *, is_kept: bool) -> Figures:
    months = {c: [Month(**_undated(m)) for m in row["months"][c]] for c in row["months"]}
    collected = {
        c: [Collected(**_undated(m)) for m in each] for c, each in row["collected"].items()
    }
    due = {currency: Ageing.of(each) for currency, each in row["due"].items()}
    mrr = {currency: (amount, count) for currency, (amount, count) in row["mrr"].items()}
    return Figures(row["at"], mrr, months, collected, due, is_kept=is_kept)


def _dated(values: dict[str, Any]) -> Row:
    return {**values, "start": values["start"].isoformat()}


def _undated(row: Row) -> dict[str, Any]:
    return {**row, "start": date.fromisoformat(row["start"])}
