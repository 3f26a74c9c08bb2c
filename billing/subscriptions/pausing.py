"""Pure: how a subscription's row moves into a pause and out of it."""

from collections.abc import Sequence
from datetime import date

from billing.database import Row
from billing.subscriptions.proration import Rest, coupon_of_period, credit_lines


def begin_pause(row: Row, rest: Rest, full_lines: Sequence[Row]) -> list[Row]:
    """Let the pause of `row` begin on the first day of `rest`; the credit lines for the rest.

    With the pause's `proration` none nothing is given back, and what is paid for counts again
    should service go on before its end.
    """
    day, pause = rest.start.isoformat(), row["pause"]
    lines: list[Row] = []
    if pause.get("proration") != "none" and rest.days:
        lines = credit_lines(full_lines, rest, coupon_of_period(row))
        row["current_period_end"] = day
    row["status"] = "paused"
    row["pauses"] = [*(row.get("pauses") or []), {"from": day, "to": None}]
    following = [d for d in (pause.get("resumes_on"), row.get("end_date")) if d]
    row["next_billing_date"] = min(following, default=None)
    return lines


def end_pause(row: Row, day: date) -> None:
    """Let service go on from `day`: with a new period, unless the day is paid for already."""
    *before, last = row["pauses"]
    row["pauses"] = [*before, {**last, "to": day.isoformat()}]
    row["status"], row["pause"] = "active", None
    paid_through = row["current_period_end"]
    if paid_through > day.isoformat():
        row["next_billing_date"] = paid_through
    else:
        row["billing_anchor"] = row["next_billing_date"] = day.isoformat()
