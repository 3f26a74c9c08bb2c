"""Changing the seller's settings. Issued invoices keep the seller as it was."""

from typing import Any

from billing import clock
from billing.database import Row, database
from billing.errors import StaleRevision
from billing.events.journal import difference
from billing.events.models import event_row
from billing.schema import version_mark
from billing.seller.inputs import SettingsInput
from billing.seller.models import SELLER, kept_seller, settings_row
from billing.taxes.queries import check_rates
from billing.transactions import operation


@operation
def save_settings(data: SettingsInput, expected_revision: int | None = None) -> Row:
    """Replace all settings but the logo. Archived default rates are kept, not chosen anew.

    Raises StaleRevision, TaxRateMissing and TaxRateArchived.
    """
    kept = settings_row()["default_tax_rate_ids"]
    check_rates(data.default_tax_rate_ids, kept=kept, field="default_tax_rate_ids")
    values = {**data.model_dump(mode="json"), **version_mark("settings")}
    return write_settings(values, expected_revision)


def write_settings(values: dict[str, Any], expected_revision: int | None = None) -> Row:
    """Put `values` over the settings, with their event, inside the caller's transaction."""
    before = settings_row()
    if expected_revision not in {None, before["revision"]}:
        raise StaleRevision("Somebody changed the settings meanwhile. Look at them and try again.")
    after = {**before, **values, "revision": before["revision"] + 1, "updated_at": clock.now()}
    database().settings.replace_one({"_id": SELLER}, after, upsert=True)
    kept_seller.changed()
    event = event_row("settings.updated", SELLER, changes=difference(before, after))
    database().events.insert_one(event)
    return after
