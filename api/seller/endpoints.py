"""The seller's settings."""

from api.answers import One, Resource
from api.body import Patch
from api.endpoint import Endpoints
from api.seller.shapes import Settings
from billing.database import Row
from billing.seller.inputs import SettingsInput, as_input
from billing.seller.models import settings_row
from billing.seller.save_settings import save_settings
from billing.seller.views import settings_view
from billing.taxes.errors import TaxRateArchived, TaxRateMissing
from billing.transactions import in_transaction

SETTINGS = Resource(Settings, settings_view, told_by_revision=True)
READ, WRITE = "read:settings", "write:settings"

endpoints = Endpoints("Settings", "Who issues the invoices, and the rules of the house.")


@endpoints.get("/settings", "Show the settings", scope=READ, answer=One(SETTINGS))
def get_settings() -> Row:
    """The defaults where nothing was saved."""
    return settings_row()


@endpoints.put(
    "/settings",
    "Replace the settings",
    scope=WRITE,
    body=(SettingsInput,),
    answer=One(SETTINGS),
    revised=True,
    refusals=(TaxRateMissing, TaxRateArchived),
)
def update_settings(body: SettingsInput, revision: int | None) -> Row:
    """Whatever is left out takes its default; the logo stays."""
    return save_settings(body, revision)


@endpoints.patch(
    "/settings",
    "Change the settings",
    scope=WRITE,
    patch=SettingsInput,
    answer=One(SETTINGS),
    revised=True,
    refusals=(TaxRateMissing, TaxRateArchived),
)
def patch_settings(patch: Patch, revision: int | None) -> Row:
    """A JSON Merge Patch (RFC 7396); lists are replaced as a whole."""

    def apply() -> Row:
        return save_settings(patch.onto(as_input(settings_row())), revision)

    return in_transaction(apply)
