"""Creating, changing and archiving meters."""

from mongoengine.errors import NotUniqueError

from billing.events.journal import insert, update
from billing.phrases import Code
from billing.search import search_terms
from billing.transactions import operation
from billing.usage.errors import MeterArchived, MeterInUse, MeterKeyTaken
from billing.usage.inputs import MeterChange, MeterInput
from billing.usage.models import Meter
from billing.usage.queries import get_meter, kept_meters


@operation
def create_meter(data: MeterInput) -> Meter:
    """A new meter that takes events at once. Raises MeterKeyTaken."""
    meter = Meter(key=data.key)
    _fill(meter, data)
    try:
        insert(meter, "meter.created")
    except NotUniqueError as error:
        raise MeterKeyTaken(
            "There is a meter with the key %(key)s already.", key=data.key, field="key"
        ) from error
    kept_meters.changed()
    return meter


@operation
def update_meter(meter_id: str, data: MeterChange, expected_revision: int | None = None) -> Meter:
    """Replace what is known of a meter.

    Raises MeterNotFound, StaleRevision, and MeterInUse for another aggregation once there are
    events: what was counted one way cannot be billed another.
    """
    meter = get_meter(meter_id)
    meter.check_revision(expected_revision)
    if meter.has_events and data.aggregation != meter.aggregation:
        raise MeterInUse(
            "This meter has events; its aggregation stays %(aggregation)s. "
            "Make a new meter for another.",
            aggregation=Code(meter.aggregation),
            field="aggregation",
        )
    _fill(meter, data)
    update(meter, "meter.updated")
    kept_meters.changed()
    return meter


@operation
def archive_meter(meter_id: str, expected_revision: int | None = None) -> Meter:
    """Take no more events; what was counted is still billed.

    Raises MeterNotFound, StaleRevision and MeterArchived.
    """
    meter = get_meter(meter_id)
    meter.check_revision(expected_revision)
    if meter.is_archived:
        raise MeterArchived("This meter is archived already.")
    meter.status = "archived"
    update(meter, "meter.archived")
    kept_meters.changed()
    return meter


def _fill(meter: Meter, data: MeterChange) -> None:
    for name in ("name", "aggregation", "unit", "metadata"):
        setattr(meter, name, getattr(data, name))
    meter.name_key = data.name.casefold()
    meter.search_terms = search_terms(data.name, meter.key)
