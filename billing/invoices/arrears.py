"""Pure: what a period owes once it is over: its usage, and what is missing to its minimum.

Where prices of usage change within the period, it is priced part by part: each part has its own
tiers and its own highest, last or distinct values.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from billing.database import Row
from billing.invoices.period_lines import UsageOf, is_metered
from billing.plans.lines import minimum_line, usage_lines
from billing.plans.metered import charge_usage_alike
from billing.usage.counting import usage_start

_DAY = timedelta(days=1)


def arrears_lines(
    row: Row, terms: Row, usage_of: UsageOf, until: str, through: timedelta
) -> list[Row]:
    """What the subscription's period up to `until` owes; its usage counts `through` longer."""
    commitment = row.get("commitment")
    if row["status"] == "trialing" or not (commitment or is_metered(terms)):
        return []
    end = min(until, row["current_period_end"])
    last = date.fromisoformat(end)
    lines = _used(row, terms, usage_of, last, through)
    if row.get("usage_from"):
        lines = [_told_part(line, terms, last + through - _DAY) for line in lines]
    if commitment:
        charged = commitment["charged"] + sum(line["amount"] for line in lines)
        agreed = {**terms, "minimum_amount": commitment["minimum"]}
        if missing := minimum_line(agreed, charged):
            start = row["current_period_start"]
            lines.append({**missing, "period_start": start, "period_end": end})
    return lines


def part_usage(row: Row, before: Row, after: Row, usage_of: UsageOf, day: date) -> list[Row]:
    """End what `row` uses on the terms `before` on a day within its period; what it comes to.

    From then on usage counts on the terms `after`. Where these charge for it alike nothing ends.
    """
    if charge_usage_alike(before, after) or usage_start(row) == day.isoformat():
        return []
    used = _used(row, before, usage_of, day, timedelta())
    row["usage_from"] = day.isoformat()
    if commitment := row.get("commitment"):
        charged = commitment["charged"] + sum(line["amount"] for line in used)
        row["commitment"] = {**commitment, "charged": charged}
    return [_told_part(line, before, day - _DAY) for line in used]


def _used(row: Row, terms: Row, usage_of: UsageOf, end: date, through: timedelta) -> list[Row]:
    """What was used since the day that counts first; no days owe nothing."""
    start, until = date.fromisoformat(usage_start(row) or ""), end + through
    if not is_metered(terms) or start >= until:
        return []
    usage, late = usage_of(start, until)
    period = {"period_start": start.isoformat(), "period_end": end.isoformat()}
    return [{**_told_late(line, late), **period} for line in usage_lines(terms, usage)]


def _told_late(line: Row, late: Mapping[str, int]) -> Row:
    """The line, saying how many events belong to what was added up before they came."""
    meter = line["explanation"]["meter"]
    if not late.get(meter):
        return line
    return {**line, "explanation": {**line["explanation"], "late_events": late[meter]}}


def _told_part(line: Row, terms: Row, through: date) -> Row:
    """The line of a part of a period, saying which days count on which terms."""
    days = {"used_from": line["period_start"], "used_through": through.isoformat()}
    explanation = {**line["explanation"], "plan_name": terms["name"], **days}
    return {**line, "explanation": explanation}
