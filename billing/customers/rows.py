"""Customers as MongoDB keeps them, made of what is said of them."""

from billing import clock
from billing.customers.inputs import CustomerInput, PreferencesInput
from billing.customers.models import Customer
from billing.database import Row
from billing.ids import new_id
from billing.schema import version_mark
from billing.search import search_terms
from billing.seller import Seller

_ADDRESSES = ("address", "billing_address")


def new_customer_row(data: CustomerInput, seller: Seller, test_clock_id: str | None = None) -> Row:
    """The row of a new customer: what its preferences leave out are the seller's defaults."""
    now = clock.now()
    said = _stored(data) | {
        "preferences": with_defaults(data.preferences, seller).model_dump(),
        "test_clock_id": test_clock_id,
    }
    return {
        "_id": new_id(Customer.prefix),
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        **{name: value for name, value in said.items() if value is not None},
        "credit_balances": {},
        "payment_source": {},
        "payment_methods": [],
        **version_mark("customers"),
    }


def with_defaults(given: PreferencesInput, seller: Seller) -> PreferencesInput:
    """The preferences, what is left out of them as the seller's settings say."""
    defaults = {"timezone": seller["timezone"], "payment_terms_days": seller["payment_terms_days"]}
    said = given.model_fields_set
    return given.model_copy(update={n: v for n, v in defaults.items() if n not in said})


def fill_customer(customer: Customer, data: CustomerInput) -> None:
    """Put the input's values into a document, with what it is searched and sorted by."""
    for name, value in _stored(data).items():
        is_said = value is not None
        setattr(customer, name, Customer._fields[name].to_python(value) if is_said else None)


def _stored(data: CustomerInput) -> Row:
    values = data.model_dump(exclude={"test_clock_id"})
    for name in _ADDRESSES:
        if values[name]:
            values[name] = {part: text for part, text in values[name].items() if text is not None}
    return values | {
        "tax_rate_ids": list(dict.fromkeys(data.tax_rate_ids)),
        "name_key": data.name.casefold(),
        "search_terms": search_terms(data.name, data.email, data.external_id, data.phone),
    }
