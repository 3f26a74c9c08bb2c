"""Creating, changing and archiving tax rates."""

from billing.events.journal import insert, update
from billing.search import search_terms
from billing.taxes.errors import TaxRateArchived, TaxRateFixed
from billing.taxes.inputs import TaxRateInput
from billing.taxes.models import TaxRate
from billing.taxes.queries import get_tax_rate
from billing.transactions import operation


@operation
def create_tax_rate(data: TaxRateInput) -> TaxRate:
    """A new tax rate, active unless said otherwise."""
    rate = TaxRate(status=data.status or "active", percentage=data.percentage)
    rate.inclusive = data.inclusive
    _fill(rate, data)
    insert(rate, "tax_rate.created")
    return rate


@operation
def update_tax_rate(
    tax_rate_id: str, data: TaxRateInput, expected_revision: int | None = None
) -> TaxRate:
    """Replace what is known of a tax rate, but not what it charges.

    Raises TaxRateNotFound, StaleRevision and TaxRateFixed.
    """
    rate = get_tax_rate(tax_rate_id)
    rate.check_revision(expected_revision)
    for name in ("percentage", "inclusive"):
        if getattr(rate, name) != getattr(data, name):
            raise TaxRateFixed(
                "What a tax rate charges cannot be changed. Make a new rate and archive this one.",
                field=name,
            )
    rate.status = data.status or rate.status
    _fill(rate, data)
    update(rate, "tax_rate.updated")
    return rate


@operation
def archive_tax_rate(tax_rate_id: str, expected_revision: int | None = None) -> TaxRate:
    """Offer a rate no longer; where it is in use it goes on being charged.

    Raises TaxRateNotFound, StaleRevision and TaxRateArchived.
    """
    rate = get_tax_rate(tax_rate_id)
    rate.check_revision(expected_revision)
    if rate.is_archived:
        raise TaxRateArchived("The tax rate is archived already.")
    rate.status = "archived"
    update(rate, "tax_rate.archived")
    return rate


def _fill(rate: TaxRate, data: TaxRateInput) -> None:
    rate.name, rate.country, rate.state = data.name, data.country, data.state
    rate.name_key = data.name.casefold()
    rate.search_terms = search_terms(data.name, data.country, data.state)
