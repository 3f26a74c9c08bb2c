"""Creating and changing customers."""

from mongoengine.errors import NotUniqueError

from billing.adoption import hold_test_clock
from billing.customers.errors import ExternalIdTaken
from billing.customers.inputs import CustomerInput, NewCustomer, PreferencesInput
from billing.customers.models import Address, Contact, Customer, Preferences, TaxId
from billing.customers.queries import get_live_customer
from billing.database import operation
from billing.events.journal import insert, update
from billing.search import search_terms
from billing.seller import Seller, current_seller
from billing.taxes.queries import check_rates


@operation
def create_customer(data: CustomerInput) -> Customer:
    """A new customer, who may live on a test clock.

    Raises ExternalIdTaken, ClockNotFound, TaxRateMissing and TaxRateArchived.
    """
    test_clock_id = data.test_clock_id if isinstance(data, NewCustomer) else None
    if test_clock_id:
        hold_test_clock(test_clock_id)
    customer = Customer(test_clock_id=test_clock_id)
    check_rates(data.tax_rate_ids)
    fill_customer(customer, as_new(data, current_seller()))
    try:
        insert(customer, "customer.created")
    except NotUniqueError as error:
        raise _taken(data) from error
    return customer


@operation
def update_customer(
    customer_id: str, data: CustomerInput, expected_revision: int | None = None
) -> Customer:
    """Replace what is known of a customer; issued invoices keep what they say.

    Archived tax rates are kept, not given. Raises CustomerNotFound, CustomerDeleted,
    StaleRevision, ExternalIdTaken, TaxRateMissing and TaxRateArchived.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    check_rates(data.tax_rate_ids, kept=customer.tax_rate_ids)
    fill_customer(customer, data)
    try:
        update(customer, "customer.updated")
    except NotUniqueError as error:
        raise _taken(data) from error
    return customer


def as_new(data: CustomerInput, seller: Seller) -> CustomerInput:
    """The input of a new customer: what its preferences leave out are the seller's defaults."""
    preferences = _with_defaults(data.preferences, seller)
    return data.model_copy(update={"preferences": preferences})


def new_preferences() -> PreferencesInput:
    """The preferences of a new customer of whom nothing is said."""
    return _with_defaults(PreferencesInput(), current_seller())


def _with_defaults(given: PreferencesInput, seller: Seller) -> PreferencesInput:
    defaults = {"timezone": seller["timezone"], "payment_terms_days": seller["payment_terms_days"]}
    said = given.model_fields_set
    return given.model_copy(update={n: v for n, v in defaults.items() if n not in said})


def fill_customer(customer: Customer, data: CustomerInput) -> None:
    """Put the input's values into the document, with what it is searched and sorted by."""
    for name in ("name", "email", "phone", "status", "tax_exempt", "external_id", "metadata"):
        setattr(customer, name, getattr(data, name))
    customer.preferences = Preferences(**data.preferences.model_dump())
    for name in ("address", "billing_address"):
        address = getattr(data, name)
        setattr(customer, name, Address(**address.model_dump()) if address else None)
    customer.contacts = [Contact(**contact.model_dump()) for contact in data.contacts]
    customer.tax_ids = [TaxId(**tax_id.model_dump()) for tax_id in data.tax_ids]
    customer.tax_rate_ids = list(dict.fromkeys(data.tax_rate_ids))
    customer.name_key = data.name.casefold()
    customer.search_terms = search_terms(data.name, data.email, data.external_id, data.phone)


def _taken(data: CustomerInput) -> ExternalIdTaken:
    return ExternalIdTaken(
        f"Another customer has the external_id {data.external_id}.", field="external_id"
    )
