"""Which taxes a customer's invoice bears."""

from collections.abc import Iterable, Sequence

from billing.database import Row
from billing.invoices.compose import TaxRules
from billing.seller import Seller
from billing.taxes.queries import rates_by_id


def tax_rules(
    customer: Row, seller: Seller, lines: Iterable[Row], instead: Sequence[str] = ()
) -> TaxRules:
    """The rules for these lines: their own rates, else the customer's, else the seller's.

    `instead` takes the place of the customer's and the seller's where it is given.
    """
    default = instead or customer.get("tax_rate_ids") or seller["default_tax_rate_ids"]
    named = {rate_id for line in lines for rate_id in line["tax_rate_ids"]}
    rates = rates_by_id({*default, *named})
    return TaxRules(rates, tuple(default), customer.get("tax_exempt", "none"))
