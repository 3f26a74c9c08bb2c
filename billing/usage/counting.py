"""Pure: what an event is worth to a meter, and the day it is billed by."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bson.decimal128 import Decimal128

from billing.database import Row
from billing.errors import WrongValue

# At most 15 digits before the point and 12 behind it: Decimal128 adds ten million of them exactly.
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True)
class Counted:
    """The day that an event is billed by, None where it is not; whether it came too late for its
    own period."""

    on: str | None
    late: bool = False


def counted(subscription: Row, day: date) -> Counted:
    """How an event of `day` counts for a subscription's row.

    Usage in a trial or on a paused day is not billed. An event of a period that is billed already,
    or of the part of one before a change of its prices, counts on the first day that still counts.
    """
    own = day.isoformat()
    if own < (subscription.get("trial_end_date") or "") or is_paused(subscription, own):
        return Counted(None)
    first = usage_start(subscription) or ""
    return Counted(first, late=True) if own < first else Counted(own)


def usage_start(subscription: Row) -> str | None:
    """The first day whose usage is still to be billed, by a subscription's row: the current
    period's, or that of the last change within it by which usage came to cost otherwise. None
    before the first period."""
    found: str | None = subscription.get("usage_from") or subscription.get("current_period_start")
    return found


def is_paused(subscription: Row, day: str) -> bool:
    """Whether a subscription's row has a pause, present or past, over an ISO date."""
    present = subscription.get("pause") or {}
    pauses = [(p["from"], p.get("to")) for p in subscription.get("pauses") or []]
    if present.get("from"):
        pauses.append((present["from"], present.get("resumes_on")))
    return any(start <= day and (not end or day < end) for start, end in pauses)


def stored_value(aggregation: str, value: int | str | None) -> Decimal128 | str:
    """A value as it is stored: text for distinct values, else an exact number; an event that is
    only counted is worth one. Raises WrongValue."""
    if aggregation == "count":
        return Decimal128(Decimal(1))
    if value is None:
        raise WrongValue("is required")
    text = str(value)
    if aggregation == "unique":
        return text
    if not _NUMBER.fullmatch(text):
        raise WrongValue("must be a number with at most 15 digits and 12 decimals")
    return Decimal128(Decimal(text))
