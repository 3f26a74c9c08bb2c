"""How usage and entitlements look, and what usage is sent and filtered by."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from api.query import PageQuery
from api.shape import DateText, Id, Instant, Shape
from billing.inputs import Key, ObjectId
from billing.subscriptions.states import Status
from billing.usage.inputs import MOST_EVENTS, Aggregation, UsageEventInput

Number = int | Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]+$")]
"""An exact number: an integer, or decimal text where it is finer."""


class UsageBatch(RootModel[list[UsageEventInput]]):
    """Many events at once: all of them are counted, or none."""

    root: Annotated[list[UsageEventInput], Field(min_length=1, max_length=MOST_EVENTS)]


class UsageEvent(Shape):
    """Something that was used; it never changes."""

    id: Id
    object: Literal["usage_event"]
    subscription_id: Id
    customer_id: Id
    meter: str
    value: int | str
    """A number, decimal text where finer; any text of a meter that counts unique values."""
    occurred_at: Instant
    counts_on: DateText | None
    """The day it is billed by; null in a trial or a pause, which is not billed."""
    late: bool
    """It belongs to a period, or to a part of one before a change of prices, that was added up
    before it came, and goes to the next invoice."""
    idempotency_key: str
    created_at: Instant


class SentEvent(UsageEvent):
    """What became of an event that was sent."""

    duplicate: bool
    """Whether it was counted before: this is the event as it was counted then."""


class SentUsage(Shape):
    """What became of the events that were sent, in their order."""

    object: Literal["usage_batch"]
    counted: int
    duplicates: int
    data: list[SentEvent]


def _true(value: Any) -> bool:
    if value != "true":
        raise ValueError("must be true")
    return True


class UsageEventQuery(PageQuery):
    """Filters of the list."""

    subscription_id: ObjectId | None = None
    customer_id: ObjectId | None = None
    meter: Key | None = None
    """A meter's key."""
    idempotency_key: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]+$")] | None = None
    """Unique within a subscription."""
    late: Annotated[Literal[True] | None, BeforeValidator(_true)] = None
    """Only those whose period was billed before they came."""
    sort: Literal["created_at", "-created_at"] = "-created_at"


class MeterUsage(Shape):
    """What one meter counted."""

    meter: str
    name: str
    unit: str | None
    aggregation: Aggregation
    value: Number
    events: int
    late_events: int
    """How many of the events belong to a period that was billed before they came."""


class SubscriptionUsage(Shape):
    """What a subscription used so far in the period that is billed next."""

    object: Literal["subscription_usage"]
    subscription_id: Id
    period_start: DateText
    period_end: DateText | None
    """The day after the period; null before the first."""
    counted_from: DateText
    """The first day counted here: the period's, or that of a change within it by which usage came
    to cost otherwise. What was used before that is billed on the terms of its time."""
    in_trial: bool
    """Usage in a trial is not billed."""
    data: list[MeterUsage]


class FeatureEntitlement(Shape):
    """Something a plan includes or does not."""

    key: str
    name: str
    enabled: bool


class LimitEntitlement(Shape):
    """How much of something there is."""

    key: str
    limit: int | None
    """null is unlimited."""
    used: Number | None
    """In the current period, by the meter of the same key; null where there is none."""
    remaining: Number | None
    """What is left; null where it is unlimited or not measured."""


class Entitlement(Shape):
    """What one live subscription includes."""

    object: Literal["entitlement"]
    subscription_id: Id
    customer_id: Id
    plan_id: Id
    plan_name: str
    status: Status
    in_force: bool
    """Whether it serves today: it has begun, has not ended, is neither paused nor unpaid."""
    features: list[FeatureEntitlement]
    limits: list[LimitEntitlement]


class EntitlementQuery(PageQuery):
    """Which page of the list."""

    sort: Literal["created_at", "-created_at"] = "-created_at"
