"""The list of tax rates."""

from billing.taxes.queries import list_tax_rates
from portal.lists.columns import value, values
from portal.lists.filters import text
from portal.lists.staff_list import StaffList

TAX_RATES = StaffList(
    name="tax_rates",
    rows="tax rates",
    scope="read:plans",
    query=list_tax_rates,
    filters={"q": text, "status": text, "country": text},
    more={"country": ()},
    columns=[
        value("id", "_id"),
        *values("name", "percentage", "inclusive", "country", "state", "status"),
        *values("created_at", "updated_at"),
    ],
)
