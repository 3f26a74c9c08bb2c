"""What subscriptions used so far in the period that is billed next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.database import Row, database
from billing.plans.pricing import Usage
from billing.plans.queries import settled_terms
from billing.subscriptions.queries import get_subscription
from billing.usage.aggregate import Window, aggregate, late_in, usage_in
from billing.usage.counting import usage_start
from billing.usage.moments import Moments
from billing.usage.queries import meters_by_key

NOTHING = Usage(Decimal(0), 0)


@dataclass(frozen=True, slots=True)
class MeterUsage:
    """What one meter counted; `late` of its events belong to periods that were billed before."""

    meter: Row
    usage: Usage
    late: int = 0


@dataclass(frozen=True, slots=True)
class UsageSoFar:
    """A subscription's usage in the period from `start` to before `end`; usage in a trial is not
    billed. It counts from `counted_from` on: what was used before a change of the prices within
    the period is billed already, or waits to be."""

    start: date
    end: date | None
    in_trial: bool
    counted_from: date
    meters: list[MeterUsage] = field(default_factory=list)


def usage_so_far(subscription_id: str) -> UsageSoFar:
    """Per meter that the plan charges for or that was used. Raises SubscriptionNotFound."""
    get_subscription(subscription_id)
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    today = Moments.for_rows([row]).today(row)
    in_trial = _in_trial(row, today)
    counted = _trial(row) if in_trial else _counted(row)
    usage = _used({subscription_id: counted}, in_trial)[subscription_id]
    late = {} if in_trial else late_in({subscription_id: counted})
    late_events = late.get(subscription_id, {})
    meters = meters_by_key(usage.keys() | _charged_meters(row))
    found = [
        MeterUsage(meters[key], usage.get(key, NOTHING), late_events.get(key, 0))
        for key in sorted(meters)
    ]
    start, end = counted if in_trial else _period(row)
    return UsageSoFar(start, None if end == date.max else end, in_trial, counted[0], found)


def usage_by_meter(rows: Iterable[Row], today: dict[str, date]) -> dict[str, dict[str, Usage]]:
    """The usage of subscription rows in their whole periods so far: id → meter key → Usage.

    `today` gives each one's date. In a trial it is what was used since the start, though none of
    it will be billed.
    """
    trials, windows = {}, {}
    for row in rows:
        if _in_trial(row, today[row["_id"]]):
            trials[row["_id"]] = _trial(row)
        else:
            windows[row["_id"]] = _period(row)
    return _used(windows, in_trial=False) | _used(trials, in_trial=True)


def _used(windows: dict[str, Window], in_trial: bool) -> dict[str, dict[str, Usage]]:
    return aggregate(_unbilled(windows), windows) if in_trial else usage_in(windows)


def _unbilled(trials: dict[str, Window]) -> Row:
    clauses: list[Row] = [
        {
            "subscription_id": subscription_id,
            "counts_on": None,
            "day": {"$gte": start.isoformat(), "$lt": end.isoformat()},
        }
        for subscription_id, (start, end) in trials.items()
    ]
    return {"$or": clauses} if clauses else {}


def _in_trial(row: Row, today: date) -> bool:
    return today.isoformat() < (row.get("trial_end_date") or "")


def _trial(row: Row) -> Window:
    return date.fromisoformat(row["start_date"]), date.fromisoformat(row["trial_end_date"])


def _counted(row: Row) -> Window:
    """What of the current period is still to be billed."""
    start, end = _period(row)
    return date.fromisoformat(usage_start(row) or start.isoformat()), end


def _period(row: Row) -> Window:
    """The current period; before the first is billed all there is."""
    start = row.get("current_period_start") or row["start_date"]
    end = row.get("current_period_end")
    return date.fromisoformat(start), date.fromisoformat(end) if end else date.max


def _charged_meters(row: Row) -> set[str]:
    terms = settled_terms(row["plan_id"], row["plan_version"])
    return {charge["meter"] for charge in terms.get("charges") or [] if charge.get("meter")}
