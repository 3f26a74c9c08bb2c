"""Advancing a test clock: all that would have happened by then, in order.

The clock goes from one moment at which something is due to the next. It arrives there in the
transaction that bills what is due then; reminders follow, each in a transaction that happens once.
So it can be killed anywhere and advanced again.
"""

from dataclasses import dataclass, field
from datetime import datetime

from billing import clock
from billing.adoption import ClockNotFound
from billing.database import Row, database
from billing.dunning.run_dunning import run_dunning
from billing.events.journal import record
from billing.idempotency.in_stages import begun, note_begun
from billing.invoices.commit_bills import commit_or_skip
from billing.invoices.ledgers import ChangedMeanwhile
from billing.invoices.prepare_bills import Prepared, prepare_bills
from billing.periods import add_months
from billing.shapes import instant
from billing.test_clocks.errors import AdvanceTooFar, ClockGoesForward
from billing.test_clocks.inputs import AdvanceClock
from billing.test_clocks.models import Clock
from billing.test_clocks.moments import Due, next_moment
from billing.test_clocks.queries import get_clock
from billing.transactions import operation

MOST_YEARS = 10


@dataclass(slots=True)
class Advanced:
    """What advancing came to.

    `skips` are what could not be done and is tried again at the next advance: rows {id, code,
    message} of subscriptions that were not billed and invoices that were not reminded of.
    """

    clock: Clock
    invoices: int = 0
    skips: list[Row] = field(default_factory=list)
    reminders: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)
    """What was due when: each is done, or refused, once."""


def advance_clock(
    clock_id: str, data: AdvanceClock, expected_revision: int | None = None
) -> Advanced:
    """Let the clock's time go by, and do all that falls due on the way.

    Raises ClockNotFound, StaleRevision, ClockGoesForward and AdvanceTooFar.
    """
    to = data.to
    advanced = Advanced(get_clock(clock_id) if begun() else _begin(clock_id, to, expected_revision))
    while (found := next_moment(clock_id, to, advanced.seen)) is not None:
        with clock.frozen(found.at):
            if _bill(clock_id, found, advanced):
                _remind(clock_id, found, advanced)
    advanced.clock = _arrive(clock_id, to)
    return advanced


@operation
def _begin(clock_id: str, to: datetime, expected_revision: int | None) -> Clock:
    found = get_clock(clock_id)
    found.check_revision(expected_revision)
    if to < found.now:
        raise ClockGoesForward(
            "The clock stands at %(instant)s; it can only go forward.",
            instant=instant(found.now) or "",
            field="to",
        )
    if to.date() > add_months(found.now.date(), 12 * MOST_YEARS):
        raise AdvanceTooFar(
            "Advance by at most %(most)s years at a time.", most=MOST_YEARS, field="to"
        )
    database().test_clocks.update_one(
        {"_id": clock_id}, {"$set": {"advancing_to": to}, "$inc": {"revision": 1}}
    )
    changes = {"now": [instant(found.now), instant(to)]}
    record(found, "test_clock.advanced", changes=changes)
    note_begun(clock_id)
    return found


def _bill(clock_id: str, due: Due, advanced: Advanced) -> bool:
    """Bill what is due now, which is a moment of the clock, and let the clock stand there.

    False when somebody else was faster, and it is to be looked at again.
    """

    def arrive(_: Prepared) -> None:
        _move(clock_id, due.at)

    if not due.bills:
        _move(clock_id, due.at)
        return True
    prepared = prepare_bills(due.bills, None)
    try:
        written = commit_or_skip(prepared, also=arrive)
    except ChangedMeanwhile:
        return False
    advanced.invoices += len(written.invoices)
    advanced.skips += [
        {"id": skip.subscription_id, "code": skip.code, "message": skip.message}
        for skip in written.skips
    ]
    left = {row["_id"] for row in prepared.left}
    tried = [row for row in due.bills if row["_id"] not in left]
    advanced.seen |= {(row["_id"], row["next_billing_date"]) for row in tried}
    return True


def _remind(clock_id: str, due: Due, advanced: Advanced) -> None:
    if not due.reminders:
        return
    dunned = run_dunning(None, clock_id)
    advanced.reminders += dunned.reminded
    advanced.skips += [{"id": skip.pop("invoice_id"), **skip} for skip in dunned.skipped]
    advanced.seen |= {(row["_id"], row["due_on"]) for row in due.reminders}


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
