"""Whom a provider may charge for a customer without anybody asking: dunning retries by it."""

from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.database import operation
from billing.events.journal import update
from billing.inputs import Input, Line
from billing.payments.providers import ProviderName, get_provider, provider_names


class PaymentSource(Input):
    """A customer's standing agreement with a provider."""

    provider: ProviderName = "fake"
    token: Line
    """What the provider calls it."""


@operation
def set_payment_source(
    customer_id: str, data: PaymentSource | None, expected_revision: int | None = None
) -> Customer:
    """Remember the source, or forget it with None.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision and ProviderNotAvailable.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    if data:
        get_provider(data.provider)
    customer.payment_source = data.model_dump() if data else {}
    update(customer, "customer.payment_source_changed")
    return customer


def source_of(customer: Customer) -> PaymentSource | None:
    """The customer's source, if there is one that can be used here."""
    kept = customer.payment_source
    usable = kept and kept["provider"] in provider_names()
    return PaymentSource(**kept) if usable else None
