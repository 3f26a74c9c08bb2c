"""Creating and changing customers."""

from mongoengine.errors import NotUniqueError

from billing.adoption import hold_test_clock
from billing.customers.errors import ExternalIdTaken
from billing.customers.inputs import CustomerInput, NewCustomer, PreferencesInput
from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.customers.rows import fill_customer, new_customer_row, with_defaults
from billing.database import Row
from billing.events.journal import insert_row, update
from billing.seller import known_seller
from billing.taxes.queries import check_rates
from billing.transactions import operation


def create_customer(data: CustomerInput) -> Customer:
    """A new customer, who may live on a test clock.

    Raises ExternalIdTaken, ClockNotFound, TaxRateMissing and TaxRateArchived.
    """
    created: Customer = Customer._from_son(create_customer_row(data))
    return created


@operation
def create_customer_row(data: CustomerInput) -> Row:
    """The same as a plain row, the fast way to create one."""
    test_clock_id = data.test_clock_id if isinstance(data, NewCustomer) else None
    if test_clock_id:
        hold_test_clock(test_clock_id)
    check_rates(data.tax_rate_ids)
    row = new_customer_row(data, known_seller(), test_clock_id)
    insert_row("customers", row, "customer.created", taken=lambda _: _taken(data))
    return row


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


def new_preferences() -> PreferencesInput:
    """The preferences of a new customer of whom nothing is said."""
    return with_defaults(PreferencesInput(), known_seller())


def _taken(data: CustomerInput) -> ExternalIdTaken:
    return ExternalIdTaken(
        "Another customer has the external_id %(external_id)s.",
        external_id=data.external_id or "",
        field="external_id",
    )
