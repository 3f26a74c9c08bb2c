"""Pure: how a subscription's row moves into a pause and out of it."""

from datetime import date

from billing.database import Row


def begin_pause(row: Row, day: date) -> None:
    """Let the pause that is agreed begin on `day`."""
    row["status"] = "paused"
    row["pauses"] = [*(row.get("pauses") or []), {"from": day.isoformat(), "to": None}]
    row["next_billing_date"] = next_date(row)


def end_pause(row: Row, day: date) -> None:
    """Let service go on from `day`: with a new period, unless the day is paid for already."""
    *before, last = row["pauses"]
    row["pauses"] = [*before, {**last, "to": day.isoformat()}]
    row["status"], row["pause"] = "active", None
    if row["current_period_end"] <= day.isoformat():
        row["billing_anchor"] = row["current_period_end"] = day.isoformat()
    row["next_billing_date"] = next_date(row)


def next_date(row: Row) -> str | None:
    """The next day on which something happens: a boundary, a pause's begin or end, the end."""
    pause = row.get("pause") or {}
    if row["status"] == "paused":
        days = [pause.get("resumes_on"), row.get("end_date")]
    else:
        days = [row["current_period_end"], pause.get("from"), row.get("end_date")]
    return min((day for day in days if day), default=None)
