"""Deleting a customer, which needs to know of their subscriptions and invoices."""

from billing import clock
from billing.customers.errors import CustomerHasLiveSubscriptions, CustomerHasUnpaidInvoices
from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.database import operation
from billing.events.journal import update
from billing.invoices.queries import has_unpaid_invoices
from billing.subscriptions.queries import has_live_subscriptions


@operation
def delete_customer(customer_id: str, expected_revision: int | None = None) -> Customer:
    """Soft-delete: the customer leaves all lists, their documents stay.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision, CustomerHasLiveSubscriptions and
    CustomerHasUnpaidInvoices.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    if has_live_subscriptions(customer_id):
        raise CustomerHasLiveSubscriptions("Cancel this customer's subscriptions first.")
    if has_unpaid_invoices(customer_id):
        raise CustomerHasUnpaidInvoices("Settle or void this customer's invoices first.")
    customer.deleted_at = clock.now()
    update(customer, "customer.deleted")
    return customer
