"""Meters."""

from api.answers import One, PageOf, Resource, created
from api.body import NoFields, Patch
from api.endpoint import Endpoints
from api.meters.shapes import Meter as MeterShape
from api.meters.shapes import MeterQuery
from api.patching import patched
from billing.pages import Page
from billing.usage import errors, queries, save_meter
from billing.usage.inputs import MeterChange, MeterInput, as_input
from billing.usage.models import Meter
from billing.usage.views import meter_view

METER = Resource(MeterShape, meter_view, told_by_revision=True)
READ, WRITE = "read:plans", "write:plans"
MISSING = errors.MeterNotFound

endpoints = Endpoints("Meters", "What is measured, and how it adds up.")
_patch = patched(queries.get_meter, as_input, save_meter.update_meter)


@endpoints.get("/meters", "List meters", scope=READ, query=MeterQuery, answer=PageOf(METER))
def list_meters(query: MeterQuery) -> Page:
    """Newest first."""
    return queries.list_meters(**query.arguments())


@endpoints.post(
    "/meters",
    "Create a meter",
    scope=WRITE,
    body=(MeterInput,),
    answer=created(METER),
    refusals=(errors.MeterKeyTaken,),
)
def create_meter(body: MeterInput) -> Meter:
    """It takes events at once. Its key stays for good."""
    return save_meter.create_meter(body)


@endpoints.get(
    "/meters/<meter_id>", "Show a meter", scope=READ, answer=One(METER), refusals=(MISSING,)
)
def get_meter(meter_id: str) -> Meter:
    """By its id; the list finds it by its key."""
    return queries.get_meter(meter_id)


@endpoints.put(
    "/meters/<meter_id>",
    "Replace a meter",
    scope=WRITE,
    body=(MeterChange,),
    answer=One(METER),
    revised=True,
    refusals=(MISSING, errors.MeterInUse),
)
def update_meter(meter_id: str, body: MeterChange, revision: int | None) -> Meter:
    """All but its key; another aggregation only until the first event."""
    return save_meter.update_meter(meter_id, body, revision)


@endpoints.patch(
    "/meters/<meter_id>",
    "Change a meter",
    scope=WRITE,
    patch=MeterChange,
    answer=One(METER),
    revised=True,
    refusals=(MISSING, errors.MeterInUse),
)
def patch_meter(meter_id: str, patch: Patch, revision: int | None) -> Meter:
    """A JSON Merge Patch (RFC 7396)."""
    changed: Meter = _patch(meter_id, patch, revision)
    return changed


@endpoints.post(
    "/meters/<meter_id>/archive",
    "Archive a meter",
    scope=WRITE,
    body=(NoFields,),
    answer=One(METER),
    revised=True,
    refusals=(MISSING, errors.MeterArchived),
)
def archive_meter(meter_id: str, body: NoFields, revision: int | None) -> Meter:
    """It takes no more events; what was counted is still billed."""
    return save_meter.archive_meter(meter_id, revision)
