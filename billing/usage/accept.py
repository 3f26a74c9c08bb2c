"""Which events can be counted, and as what. Looks up what a batch refers to once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.errors import WrongValue
from billing.phrases import Code, Day, Phrase
from billing.subscriptions.states import LIVE
from billing.usage.counting import counted, stored_value
from billing.usage.inputs import UsageEventInput
from billing.usage.moments import Moments
from billing.usage.queries import meters_by_key

Refusals = list[tuple[str, Phrase]]
"""Pairs of a field and what is wrong with it."""

_AHEAD = timedelta(minutes=5)  # by as much a sender's clock may be fast


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The meters, subscriptions and their times that a batch refers to."""

    subscriptions: dict[str, Row]
    meters: dict[str, Row]
    moments: Moments

    @classmethod
    def of(cls, batch: Sequence[UsageEventInput]) -> Self:
        """For these events. A customer's own actor finds only its own subscriptions."""
        where: Row = {"_id": {"$in": sorted({event.subscription_id for event in batch})}}
        if own := own_customer_id():
            where["customer_id"] = own
        found = {row["_id"]: row for row in database().subscriptions.find(where)}
        meters = meters_by_key({event.meter for event in batch})
        return cls(found, meters, Moments.for_rows(found.values()))

    def refusals(self, event: UsageEventInput) -> Refusals:
        """Why an event cannot be counted; nothing when it can."""
        found = self._about_meter(event)
        subscription = self.subscriptions.get(event.subscription_id)
        if subscription is None:
            return [*found, ("subscription_id", Phrase("There is no such subscription."))]
        if subscription["status"] not in LIVE:
            told = Phrase(
                "This subscription is %(status)s; it takes no more usage.",
                status=Code(subscription["status"]),
            )
            return [*found, ("subscription_id", told)]
        return [*found, *self._about_time(event, subscription)]

    def row(self, event: UsageEventInput) -> Row:
        """What is stored of an event that is not refused, without what all of a batch share."""
        subscription = self.subscriptions[event.subscription_id]
        at = self._instant(event, subscription)
        day = self.moments.day(subscription, at)
        counts = counted(subscription, day)
        return {
            "subscription_id": event.subscription_id,
            "customer_id": subscription["customer_id"],
            "meter": event.meter,
            "value": stored_value(self.meters[event.meter]["aggregation"], event.value),
            "occurred_at": at,
            "day": day.isoformat(),
            "counts_on": counts.on,
            "late": counts.late,
            "idempotency_key": event.idempotency_key,
        }

    def _instant(self, event: UsageEventInput, subscription: Row) -> datetime:
        """In UTC, to the millisecond, which is what MongoDB keeps."""
        at = (event.occurred_at or self.moments.now(subscription)).astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def _about_meter(self, event: UsageEventInput) -> Refusals:
        meter = self.meters.get(event.meter)
        if meter is None:
            return [("meter", Phrase("There is no meter with the key %(key)s.", key=event.meter))]
        if meter["status"] == "archived":
            told = Phrase(
                "The meter %(key)s is archived; it takes no more events.", key=event.meter
            )
            return [("meter", told)]
        try:
            stored_value(meter["aggregation"], event.value)
        except WrongValue as error:
            return [("value", error.message)]
        return []

    def _about_time(self, event: UsageEventInput, subscription: Row) -> Refusals:
        at = self._instant(event, subscription)
        if at > self.moments.now(subscription) + _AHEAD:
            return [("occurred_at", Phrase("must not be in the future"))]
        day = self.moments.day(subscription, at).isoformat()
        start, end = subscription["start_date"], subscription.get("end_date")
        if day < start:
            told = Phrase("is before the subscription began on %(day)s", day=Day(start))
            return [("occurred_at", told)]
        if end and day >= end:
            told = Phrase("is after the subscription ended on %(day)s", day=Day(end))
            return [("occurred_at", told)]
        return []
