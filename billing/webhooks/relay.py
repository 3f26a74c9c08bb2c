"""The jobs around delivering: events get their numbers, and what nobody needs is cleared away."""

from billing.database import database
from billing.webhooks.fan_out import sequence_some
from billing.webhooks.models import DELIVERIES, ENDPOINTS

_REST_SECONDS = 0.2
_PURGE_SECONDS = 60.0
_PURGED_AT_ONCE = 5000


class Relay:
    """Numbers events as they come and puts them into the outbox."""

    name = "sequence"

    def work(self) -> float:
        """One batch."""
        return 0.0 if sequence_some() else _REST_SECONDS

    def finish(self, seconds: float) -> None:
        """A batch that is cut off was never there."""


class Purge:
    """Clears away what was to be delivered to endpoints that are gone."""

    name = "purge"

    def work(self) -> float:
        """Some of it; the rest after a moment."""
        return 0.0 if purge() else _PURGE_SECONDS

    def finish(self, seconds: float) -> None:
        """What is left is found again."""


def purge() -> int:
    """Delete some deliveries whose endpoint is no more; how many it were."""
    deliveries = database()[DELIVERIES]
    told = set(deliveries.distinct("endpoint_id"))
    there = set(database()[ENDPOINTS].distinct("_id"))
    if not (gone := sorted(told - there)):
        return 0
    found = deliveries.find({"endpoint_id": {"$in": gone}}, {"_id": 1}).limit(_PURGED_AT_ONCE)
    return deliveries.delete_many({"_id": {"$in": [row["_id"] for row in found]}}).deleted_count
