"""The list of customers."""

from billing.customers.queries import list_customers
from portal.bulk.acts import CUSTOMER_ACTS
from portal.lists.columns import value, values
from portal.lists.filters import moment, text
from portal.lists.staff_list import StaffList

CUSTOMERS = StaffList(
    name="customers",
    rows="customers",
    scope="read:customers",
    query=list_customers,
    filters={"q": text, "status": text, "created_from": moment, "created_before": moment},
    more={"created_from": (), "created_before": ()},
    acts=CUSTOMER_ACTS,
    acts_scope="write:customers",
    columns=[
        value("id", "_id"),
        *values("name", "email", "phone", "external_id", "status"),
        value("currency", "preferences.currency"),
        value("locale", "preferences.locale"),
        value("timezone", "preferences.timezone"),
        value("country", "billing_address.country"),
        *values("tax_exempt", "created_at", "updated_at"),
    ],
)
