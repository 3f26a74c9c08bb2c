"""What may be said of meters and usage."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from billing.errors import WrongValue
from billing.inputs import Input, Key, Line, Metadata, Name, ObjectId
from billing.subscriptions.inputs import CalendarDate

Aggregation = Literal["sum", "count", "max", "last", "unique"]
MOST_EVENTS = 1000
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2999, 12, 31, tzinfo=UTC)


def _exact(value: Any) -> Any:
    if isinstance(value, int | str) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise WrongValue('must be a whole number, or decimal text such as "0.25"')


UsageValue = Annotated[
    Annotated[int, Field(gt=-(10**15), lt=10**15)] | Annotated[Line, Field(min_length=1)],
    BeforeValidator(_exact),
]
Instant = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]


class MeterChange(Input):
    """Changing a meter. Its key stays, since plans and events name it."""

    name: Name
    aggregation: Aggregation
    """How a period's events become one value: the `sum` of their values, their `count`, the
    `max` value, the `last` one, or how many `unique` values there were. Settled with the first
    event."""
    unit: Annotated[Line, Field(max_length=40)] | None = None
    """What is counted, for people, such as GB or calls."""
    metadata: Metadata = {}


class MeterInput(MeterChange):
    """Creating a meter."""

    key: Key
    """What events and plans name it by; unique, and never changed."""


class UsageEventInput(Input):
    """Something that was used."""

    subscription_id: ObjectId
    meter: Key
    """The meter's key."""
    value: UsageValue | None = None
    """A whole number, or decimal text such as "0.25" where finer. Any text for a meter that
    counts unique values; not needed by one that counts events."""
    occurred_at: Instant | None = None
    """When it was used; now where left out."""
    idempotency_key: Annotated[Line, Field(min_length=1)]
    """Your own key for this event: it counts once for its subscription, however often it is
    sent."""


class UsageByHand(Input):
    """Usage that a person records for a subscription."""

    meter: Key
    value: UsageValue | None = None
    occurred_at: CalendarDate | None = None
    """The day on which it was used, where the customer is; now where left out."""
    idempotency_key: Annotated[Line, Field(min_length=1)]


def as_input(meter: Any) -> MeterChange:
    """The change that would leave the meter as it is."""
    row = meter.row()
    names = MeterChange.model_fields.keys() & row.keys()
    return MeterChange.model_validate({name: row[name] for name in names})
