"""Whom a provider may charge for a customer: what dunning retries by."""

from api.answers import NoContent, One
from api.customers.endpoints import CUSTOMER, MISSING
from api.endpoint import Endpoints
from billing.customers.errors import CustomerDeleted
from billing.customers.models import Customer
from billing.payments import source
from billing.payments.errors import ProviderNotAvailable
from billing.payments.source import PaymentSource

WRITE = "write:invoices"

endpoints = Endpoints("Payment sources", "Whom a provider may charge for a customer.")


@endpoints.put(
    "/customers/<customer_id>/payment_source",
    "Set a customer's payment source",
    scope=WRITE,
    staff_only=True,
    body=(PaymentSource,),
    answer=One(CUSTOMER),
    revised=True,
    refusals=(MISSING, CustomerDeleted, ProviderNotAvailable),
)
def set_payment_source(customer_id: str, body: PaymentSource, revision: int | None) -> Customer:
    """Overdue invoices are charged to it when they are reminded of."""
    return source.set_payment_source(customer_id, body, revision)


@endpoints.delete(
    "/customers/<customer_id>/payment_source",
    "Forget a customer's payment source",
    scope=WRITE,
    staff_only=True,
    answer=NoContent(),
    revised=True,
    refusals=(MISSING, CustomerDeleted),
)
def delete_payment_source(customer_id: str, revision: int | None) -> None:
    """Nothing is charged without being asked for any more."""
    source.set_payment_source(customer_id, None, revision)
