"""Finding meters and usage events. A customer's own actor finds only its own events."""

from typing import Unpack

from billing.actors import own_customer_id
from billing.database import Row, database
from billing.keeping import Kept
from billing.pages import Page, PageArguments, PageRequest, paginate
from billing.search import matching
from billing.usage.errors import MeterNotFound, UsageEventNotFound
from billing.usage.models import EVENTS, Meter

SORTS = {"created_at": "_id", "name": "name_key"}
EVENT_SORTS = {"created_at": "_id"}

kept_meters: Kept[str, Row | None] = Kept()


def find_meter(meter_id: str) -> Meter | None:
    """The meter, or None."""
    found: Meter | None = Meter.objects(id=meter_id).first()
    return found


def get_meter(meter_id: str) -> Meter:
    """The meter. Raises MeterNotFound."""
    if (meter := find_meter(meter_id)) is None:
        raise MeterNotFound("There is no such meter.")
    return meter


def meters_by_key(keys: set[str]) -> dict[str, Row]:
    """Rows of the meters that exist among `keys`, in one query."""
    rows = database().meters.find({"key": {"$in": sorted(keys)}})
    return {row["key"]: row for row in rows}


def known_meters(keys: set[str]) -> dict[str, Row]:
    """Like meters_by_key, mostly without a look, and not to be changed; for how meters are called,
    not for what is charged. `has_events` may be behind."""
    found = {
        key: kept_meters.get(key, lambda key=key: meters_by_key({key}).get(key))  # type: ignore[misc]
        for key in keys
    }
    return {key: row for key, row in found.items() if row}


def list_meters(
    *,
    status: str | None = None,
    aggregation: str | None = None,
    key: str | None = None,
    q: str | None = None,
    **page: Unpack[PageArguments],
) -> Page:
    """Meters, newest first; `q` matches beginnings of words of name and key."""
    filters = {"status": status, "aggregation": aggregation, "key": key}
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if q:
        where |= {"_id": q.strip()} if q.strip().startswith("mtr_") else matching(q)
    return paginate("meters", where, PageRequest(**page), sorts=SORTS)


def list_usage_events(
    *,
    subscription_id: str | None = None,
    customer_id: str | None = None,
    meter: str | None = None,
    idempotency_key: str | None = None,
    late: bool = False,
    **page: Unpack[PageArguments],
) -> Page:
    """Usage events, the newest to arrive first; `meter` is a meter's key, `late` leaves only those
    that came after their period was billed."""
    filters = {
        "subscription_id": subscription_id,
        "customer_id": customer_id,
        "meter": meter,
        "idempotency_key": idempotency_key,
        "late": late or None,
    }
    where: Row = {name: value for name, value in filters.items() if value is not None}
    if own := own_customer_id():
        where = {"$and": [where, {"customer_id": own}]} if where else {"customer_id": own}
    return paginate(EVENTS, where, PageRequest(**page), sorts=EVENT_SORTS)


def get_usage_event(event_id: str) -> Row:
    """One usage event's row. Raises UsageEventNotFound."""
    where = {"_id": event_id}
    if own := own_customer_id():
        where["customer_id"] = own
    found = database()[EVENTS].find_one(where)
    if found is None:
        raise UsageEventNotFound("There is no such usage event.")
    return found
