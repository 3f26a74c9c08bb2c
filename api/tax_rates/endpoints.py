"""Tax rates."""

from api.answers import One, PageOf, Resource, created
from api.body import NoFields, Patch
from api.endpoint import Endpoints
from api.patching import patched
from api.tax_rates.shapes import TaxRate as TaxRateShape
from api.tax_rates.shapes import TaxRateQuery
from billing.pages import Page
from billing.taxes import errors, queries, save_tax_rate
from billing.taxes.inputs import TaxRateInput, as_input
from billing.taxes.models import TaxRate
from billing.taxes.views import tax_rate_view

TAX_RATE = Resource(TaxRateShape, tax_rate_view, told_by_revision=True)
READ, WRITE = "read:plans", "write:plans"
MISSING = errors.TaxRateNotFound

endpoints = Endpoints("Tax rates", "What invoice lines are taxed with.")
_patch = patched(queries.get_tax_rate, as_input, save_tax_rate.update_tax_rate)


@endpoints.get(
    "/tax_rates", "List tax rates", scope=READ, query=TaxRateQuery, answer=PageOf(TAX_RATE)
)
def list_tax_rates(query: TaxRateQuery) -> Page:
    """Newest first."""
    return queries.list_tax_rates(**query.arguments())


@endpoints.post(
    "/tax_rates",
    "Create a tax rate",
    scope=WRITE,
    body=(TaxRateInput,),
    answer=created(TAX_RATE),
)
def create_tax_rate(body: TaxRateInput) -> TaxRate:
    """What it charges can never be changed; another rate takes its place."""
    return save_tax_rate.create_tax_rate(body)


@endpoints.get(
    "/tax_rates/<tax_rate_id>",
    "Show a tax rate",
    scope=READ,
    answer=One(TAX_RATE),
    refusals=(MISSING,),
)
def get_tax_rate(tax_rate_id: str) -> TaxRate:
    """Archived ones are shown too."""
    return queries.get_tax_rate(tax_rate_id)


@endpoints.put(
    "/tax_rates/<tax_rate_id>",
    "Replace a tax rate",
    scope=WRITE,
    body=(TaxRateInput,),
    answer=One(TAX_RATE),
    revised=True,
    refusals=(MISSING, errors.TaxRateFixed),
)
def update_tax_rate(tax_rate_id: str, body: TaxRateInput, revision: int | None) -> TaxRate:
    """`percentage` and `inclusive` must be as they are."""
    return save_tax_rate.update_tax_rate(tax_rate_id, body, revision)


@endpoints.patch(
    "/tax_rates/<tax_rate_id>",
    "Change a tax rate",
    scope=WRITE,
    patch=TaxRateInput,
    answer=One(TAX_RATE),
    revised=True,
    refusals=(MISSING, errors.TaxRateFixed),
)
def patch_tax_rate(tax_rate_id: str, patch: Patch, revision: int | None) -> TaxRate:
    """A JSON Merge Patch (RFC 7396)."""
    changed: TaxRate = _patch(tax_rate_id, patch, revision)
    return changed


@endpoints.post(
    "/tax_rates/<tax_rate_id>/archive",
    "Archive a tax rate",
    scope=WRITE,
    body=(NoFields,),
    answer=One(TAX_RATE),
    revised=True,
    refusals=(MISSING, errors.TaxRateArchived),
)
def archive_tax_rate(tax_rate_id: str, body: NoFields, revision: int | None) -> TaxRate:
    """Nothing new can be taxed with it; where it is in use it goes on being charged."""
    return save_tax_rate.archive_tax_rate(tax_rate_id, revision)
