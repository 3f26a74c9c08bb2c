"""Invariant 3: the periods billed of a subscription neither overlap nor leave a hole while it was
live.

A change of cycle and a pause cut a period short: the next one then begins on the day of the
change, or when the pause is over. Billing while paused or in a trial is no period.
"""

from collections.abc import Iterator
from heapq import merge
from itertools import pairwise

from billing.database import Row, streamed
from billing.invoices.models import CHANGE, CYCLE
from billing.phrases import Day, Phrase
from billing.runs.check_join import Found, joined
from billing.subscriptions.states import LIVE

_ORDER = [("subscription_id", 1), ("period_start", 1)]
_PERIOD = {"subscription_id": 1, "period_start": 1, "period_end": 1, "reason": 1}
_COURSE = dict.fromkeys(
    (
        "start_date",
        "end_date",
        "trial_end_date",
        "status",
        "pauses",
        "current_period_end",
        "next_billing_date",
    ),
    1,
)


def periods_are_seamless() -> Found:
    """Each subscription whose billed periods do not follow one another."""
    subscriptions = streamed("subscriptions", {}, _COURSE).sort("_id", 1)
    for key, row, periods in joined(subscriptions, _billed(), "subscription_id"):
        if row is None:
            yield key, Phrase("it is billed but does not exist")
        else:
            yield from ((key, message) for message in _seams(row, periods))


def _billed() -> Iterator[Row]:
    """All periods that were billed, in the order of subscription and start."""
    changed = {"reason": CHANGE, "period_start": {"$gt": ""}}
    return merge(
        streamed("invoices", {"reason": CYCLE}, _PERIOD).sort(_ORDER),
        streamed("invoices", changed, _PERIOD).sort(_ORDER).allow_disk_use(True),
        key=lambda row: (row["subscription_id"], row["period_start"], row["_id"]),
    )


def _seams(row: Row, periods: list[Row]) -> Iterator[Phrase]:
    first = row.get("trial_end_date") or row["start_date"]
    if periods and periods[0]["period_start"] != first:
        day = Day(periods[0]["period_start"])
        yield Phrase("billed from %(day)s, not its start", day=day)
    for before, after in pairwise(periods):
        if not _follows(row, before, after):
            end, start = Day(before["period_end"]), Day(after["period_start"])
            yield Phrase("%(end)s is followed by %(start)s", end=end, start=start)
    if not _is_current(row, periods):
        yield Phrase("its current period is not the last one billed")
    if periods and not _is_billed_to_its_end(row):
        end, until = Day(row["end_date"]), Day(row["current_period_end"])
        template = "it ended on %(end)s and was billed until %(until)s only"
        yield Phrase(template, end=end, until=until)


def _follows(row: Row, before: Row, after: Row) -> bool:
    day = after["period_start"]
    if day == before["period_end"]:
        return True
    if before["period_start"] <= day < before["period_end"] and after["reason"] == CHANGE:
        return True
    paused = (p for p in row.get("pauses") or [] if p["from"] <= before["period_end"])
    return day > before["period_start"] and any(pause["to"] == day for pause in paused)


def _is_current(row: Row, periods: list[Row]) -> bool:
    """Whether the row tells the last period, which a pause or the end may have cut short."""
    until = row.get("current_period_end")
    if not periods:
        return until is None or bool(row.get("trial_end_date"))
    last = periods[-1]
    if until is None or until == last["period_end"]:
        return until is not None
    cuts = {row.get("end_date"), *(pause["from"] for pause in row.get("pauses") or [])}
    return last["period_start"] <= until < last["period_end"] and until in cuts


def _is_billed_to_its_end(row: Row) -> bool:
    """Whether one that has ended, and of which nothing is due any more, was billed until then."""
    if row["status"] in LIVE or row.get("next_billing_date") or not row.get("end_date"):
        return True
    pauses = row.get("pauses") or []
    was_paused = bool(pauses) and (pauses[-1]["to"] or row["end_date"]) >= row["end_date"]
    return was_paused or bool(row["current_period_end"] >= row["end_date"])
