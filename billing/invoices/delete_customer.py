"""Deleting a customer, which needs to know of their subscriptions and invoices."""

from collections.abc import Collection

from billing import clock
from billing.customers.errors import CustomerHasLiveSubscriptions, CustomerHasUnpaidInvoices
from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.errors import Conflict
from billing.events.journal import update
from billing.invoices.queries import customers_owing
from billing.phrases import Phrase
from billing.subscriptions.queries import customers_served
from billing.transactions import operation


@operation
def delete_customer(customer_id: str, expected_revision: int | None = None) -> Customer:
    """Soft-delete: the customer leaves all lists, their documents stay.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision, CustomerHasLiveSubscriptions and
    CustomerHasUnpaidInvoices.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    if refusal := refusals_to_delete([customer_id]).get(customer_id):
        raise refusal
    customer.deleted_at = clock.now()
    update(customer, "customer.deleted")
    return customer


def refusals_to_delete(customer_ids: Collection[str]) -> dict[str, Conflict]:
    """Why some of these customers cannot be deleted, by their ids."""
    owing = Phrase("Settle or void this customer's invoices first.")
    served = Phrase("Cancel this customer's subscriptions first.")
    return {
        **{one: CustomerHasUnpaidInvoices(owing) for one in customers_owing(customer_ids)},
        **{one: CustomerHasLiveSubscriptions(served) for one in customers_served(customer_ids)},
    }
