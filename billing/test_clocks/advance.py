"""Advancing a test clock: all that would have happened by then, in order.

The clock goes from one moment at which something is due to the next. What happens at a moment and
the clock's arrival there are one transaction, so it can be killed anywhere and advanced again.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from billing import clock
from billing.adoption import ClockNotFound
from billing.database import Row, database, operation
from billing.events.journal import record
from billing.invoices.commit_bills import commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, Skip, prepare_bills
from billing.periods import add_months
from billing.runs.due import DUE_ORDER, due_filter
from billing.shapes import instant
from billing.test_clocks.errors import AdvanceTooFar, ClockGoesForward
from billing.test_clocks.inputs import AdvanceClock
from billing.test_clocks.models import Clock
from billing.test_clocks.queries import get_clock

MOST_YEARS = 10


@dataclass(slots=True)
class Advanced:
    """What advancing came to. Who could not be billed is tried again at the next advance."""

    clock: Clock
    invoices: int = 0
    skips: list[Skip] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    """Subscriptions that are not looked at again."""


def advance_clock(
    clock_id: str, data: AdvanceClock, expected_revision: int | None = None
) -> Advanced:
    """Let the clock's time go by, and do all that falls due on the way.

    Raises ClockNotFound, StaleRevision, ClockGoesForward and AdvanceTooFar.
    """
    to = data.to
    advanced = Advanced(_begin(clock_id, to, expected_revision))
    while (found := _next_moment(clock_id, to, advanced)) is not None:
        moment, rows = found
        with clock.frozen(moment):
            _live(clock_id, rows, advanced)
    advanced.clock = _arrive(clock_id, to)
    return advanced


@operation
def _begin(clock_id: str, to: datetime, expected_revision: int | None) -> Clock:
    found = get_clock(clock_id)
    found.check_revision(expected_revision)
    if to < found.now:
        raise ClockGoesForward(
            f"The clock stands at {instant(found.now)}; it can only go forward.", field="to"
        )
    if to.date() > add_months(found.now.date(), 12 * MOST_YEARS):
        raise AdvanceTooFar(f"Advance by at most {MOST_YEARS} years at a time.", field="to")
    database().test_clocks.update_one(
        {"_id": clock_id}, {"$set": {"advancing_to": to}, "$inc": {"revision": 1}}
    )
    changes = {"now": [instant(found.now), instant(to)]}
    record(found, "test_clock.advanced", changes=changes)
    return found


def _next_moment(
    clock_id: str, to: datetime, advanced: Advanced
) -> tuple[datetime, list[Row]] | None:
    """The next moment by `to` at which something is due, and the subscriptions due by then."""
    with clock.frozen(to):
        due = database().subscriptions.find(due_filter(None, clock_id)).sort(DUE_ORDER)
    rows = [row for row in due if row["_id"] not in advanced.done]
    zones = _zones(rows)
    starts = [_start_of(row["next_billing_date"], zones.get(row["customer_id"])) for row in rows]
    if not starts or (first := min(starts)) > to:
        return None
    moment = max(first, get_clock(clock_id).now)
    return moment, [row for row, start in zip(rows, starts, strict=True) if start <= moment]


def _zones(rows: list[Row]) -> dict[str, str]:
    ids = list({row["customer_id"] for row in rows})
    found = database().customers.find({"_id": {"$in": ids}}, {"preferences.timezone": 1})
    return {row["_id"]: row["preferences"]["timezone"] for row in found}


def _start_of(day: str, zone: str | None) -> datetime:
    """The instant at which the day begins where the customer lives."""
    local = datetime.combine(date.fromisoformat(day), time.min, ZoneInfo(zone or "UTC"))
    return local.astimezone(UTC)


def _live(clock_id: str, rows: list[Row], advanced: Advanced) -> None:
    """Bill what is due now, which is a moment of the clock, and let the clock stand there."""

    def arrive(_: Prepared) -> None:
        _move(clock_id, clock.now())

    prepared = prepare_bills(rows, None)
    try:
        written = commit_or_skip(prepared, also=arrive)
    except ChangedMeanwhile:
        return  # somebody else was faster: look again
    advanced.invoices += len(written.invoices)
    advanced.skips += written.skips
    advanced.done |= {skip.subscription_id for skip in written.skips} | set(prepared.idle)


def _move(clock_id: str, to: datetime) -> None:
    """Let the clock stand at `to`; never back, for two may advance it at once."""
    change = {"$max": {"now": to}, "$inc": {"revision": 1}}
    live = {"_id": clock_id, "deleted_at": None}
    if not database().test_clocks.update_one(live, change).matched_count:
        raise ClockNotFound("This test clock was deleted meanwhile.")


@operation
def _arrive(clock_id: str, to: datetime) -> Clock:
    _move(clock_id, to)
    database().test_clocks.update_one(
        {"_id": clock_id, "advancing_to": to},
        {"$unset": {"advancing_to": 1}, "$set": {"updated_at": clock.now()}},
    )
    return get_clock(clock_id)
