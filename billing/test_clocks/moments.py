"""When something is due on a test clock: at the beginning of its day, where the customer lives."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from billing import clock
from billing.database import Row, database
from billing.dunning.due import due_reminders
from billing.runs.due import DUE_ORDER, due_filter
from billing.subscriptions.queries import on_clock
from billing.test_clocks.queries import get_clock

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at a moment: subscriptions' rows, and invoices to be reminded of."""

    at: datetime
    bills: list[Row]
    reminders: list[Row]


def next_moment(clock_id: str, to: datetime, seen: set[tuple[str, str]]) -> Due | None:
    """The next moment by `to` at which something is due, and all that is due by then."""
    with clock.frozen(to):
        due = {**due_filter(None, clock_id), **on_clock(clock_id)}
        bills = list(database().subscriptions.find(due).hint("customer").sort(DUE_ORDER))
        reminders = list(due_reminders(None, clock_id))
    zones = _zones(bills + reminders)

    def starts(row: Row, day: str) -> datetime:
        if (row["_id"], day) in seen:
            return _NEVER
        return _start_of(day, zones.get(row["customer_id"]))

    billing = [(starts(row, row["next_billing_date"]), row) for row in bills]
    reminding = [(starts(row, row["due_on"]), row) for row in reminders]
    first = min((start for start, _ in billing + reminding), default=_NEVER)
    if first > to:
        return None
    at = max(first, get_clock(clock_id).now)
    return Due(at, _by(at, billing), _by(at, reminding))


def _by(at: datetime, dated: list[tuple[datetime, Row]]) -> list[Row]:
    return [row for start, row in dated if start <= at]


def _zones(rows: list[Row]) -> dict[str, str]:
    ids = list({row["customer_id"] for row in rows})
    found = database().customers.find({"_id": {"$in": ids}}, {"preferences.timezone": 1})
    return {row["_id"]: row["preferences"]["timezone"] for row in found}


def _start_of(day: str, zone: str | None) -> datetime:
    """The instant at which the day begins where the customer lives."""
    local = datetime.combine(date.fromisoformat(day), time.min, ZoneInfo(zone or "UTC"))
    return local.astimezone(UTC)
