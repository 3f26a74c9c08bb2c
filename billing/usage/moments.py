"""What time it is for the subscriptions of a batch: each has its own zone, some a test clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from billing import clock
from billing.database import Row, database


@dataclass(frozen=True, slots=True)
class Moments:
    """The zones of the customers and the time of the test clocks that some rows refer to.

    A batch may belong to several test clocks, so that no operation can live at the time of one.
    """

    zones: dict[str, ZoneInfo]
    clocks: dict[str, datetime]
    real: datetime

    @classmethod
    def for_rows(cls, rows: Iterable[Row]) -> Self:
        """For subscription rows."""
        subscriptions = list(rows)
        customers = _by_id("customers", {row["customer_id"] for row in subscriptions})
        zones = {key: ZoneInfo(row["preferences"]["timezone"]) for key, row in customers.items()}
        clock_ids = {row["test_clock_id"] for row in subscriptions if row.get("test_clock_id")}
        clocks = _by_id("test_clocks", clock_ids) if clock_ids else {}
        return cls(zones, {key: row["now"] for key, row in clocks.items()}, clock.now())

    def now(self, subscription: Row) -> datetime:
        """The instant it is for a subscription."""
        return self.clocks.get(subscription.get("test_clock_id") or "", self.real)

    def day(self, subscription: Row, at: datetime) -> date:
        """The calendar date of an instant where the subscription's customer is."""
        return at.astimezone(self.zones.get(subscription["customer_id"], UTC)).date()

    def noon(self, subscription: Row, day: date) -> datetime:
        """The middle of a day where the subscription's customer is."""
        zone = self.zones.get(subscription["customer_id"], UTC)
        return datetime.combine(day, time(12), zone)

    def today(self, subscription: Row) -> date:
        """The calendar date it is for a subscription."""
        return self.day(subscription, self.now(subscription))


def _by_id(collection: str, ids: set[str]) -> dict[str, Row]:
    fields = {"preferences.timezone": 1, "now": 1}
    found = database()[collection].find({"_id": {"$in": sorted(ids)}}, fields)
    return {row["_id"]: row for row in found}
