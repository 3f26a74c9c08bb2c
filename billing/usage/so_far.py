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
    """A subscription's usage from `start` to before `end`; usage in a trial is not billed."""

    start: date
    end: date | None
    in_trial: bool
    meters: list[MeterUsage] = field(default_factory=list)


def usage_so_far(subscription_id: str) -> UsageSoFar:
    """Per meter that the plan charges for or that was used. Raises SubscriptionNotFound."""
    get_subscription(subscription_id)
    row = database().subscriptions.find_one({"_id": subscription_id}) or {}
    today = Moments.for_rows([row]).today(row)
    usage = usage_by_meter([row], {subscription_id: today})[subscription_id]
    late = {} if _in_trial(row, today) else late_in({subscription_id: _window(row)})
    late_events = late.get(subscription_id, {})
    meters = meters_by_key(usage.keys() | _charged_meters(row))
    found = [
        MeterUsage(meters[key], usage.get(key, NOTHING), late_events.get(key, 0))
        for key in sorted(meters)
    ]
    start, end = _trial(row) if _in_trial(row, today) else _window(row)
    return UsageSoFar(start, None if end == date.max else end, _in_trial(row, today), found)


def usage_by_meter(rows: Iterable[Row], today: dict[str, date]) -> dict[str, dict[str, Usage]]:
    """The usage so far of subscription rows: id → meter key → Usage.

    `today` gives each one's date. In a trial it is what was used since the start, though none of
    it will be billed.
    """
    trials, windows = {}, {}
    for row in rows:
        if _in_trial(row, today[row["_id"]]):
            trials[row["_id"]] = _trial(row)
        else:
            windows[row["_id"]] = _window(row)
    return usage_in(windows) | aggregate(_unbilled(trials), trials)


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


def _window(row: Row) -> Window:
    """The current period; before the first is billed all there is."""
    start = row.get("current_period_start") or row["start_date"]
    end = row.get("current_period_end")
    return date.fromisoformat(start), date.fromisoformat(end) if end else date.max


def _charged_meters(row: Row) -> set[str]:
    terms = settled_terms(row["plan_id"], row["plan_version"])
    return {charge["meter"] for charge in terms.get("charges") or [] if charge.get("meter")}
