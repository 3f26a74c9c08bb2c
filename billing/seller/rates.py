"""The tax rates that the settings may name. They belong to a feature above this one, which knows
all about them; here their rows are only asked for as they lie."""

from billing.database import Row, database
from billing.seller.errors import TaxRateUnknown

_ACTIVE: Row = {"status": "active"}


def rate_names() -> dict[str, str]:
    """Id to name of the active rates, with their percentage: `VAT (19 %)`."""
    rows = database().tax_rates.find(_ACTIVE).sort("_id", 1).limit(200)
    return {row["_id"]: f"{row['name']} ({row['percentage']} %)" for row in rows}


def check_rates(rate_ids: list[str]) -> None:
    """Raises TaxRateUnknown unless each id is an active rate's."""
    where = {"_id": {"$in": rate_ids}, **_ACTIVE}
    found = {row["_id"] for row in database().tax_rates.find(where, {"_id": 1})}
    if missing := [rate_id for rate_id in rate_ids if rate_id not in found]:
        raise TaxRateUnknown(
            f"There is no active tax rate {', '.join(missing)}.", field="default_tax_rate_ids"
        )
