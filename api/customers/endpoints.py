"""Customers."""

from api.answers import NoContent, One, PageOf, Resource, created
from api.body import Patch
from api.customers.shapes import Customer as CustomerShape
from api.customers.shapes import CustomerQuery
from api.endpoint import Endpoints
from api.patching import patched
from billing.adoption import ClockNotFound
from billing.customers import errors, queries, save_customer
from billing.customers.inputs import CustomerInput, NewCustomer, as_input
from billing.customers.models import Customer
from billing.customers.views import customer_view
from billing.database import Row
from billing.invoices import delete_customer as deletion
from billing.pages import Page
from billing.taxes.errors import TaxRateArchived, TaxRateMissing

READ, WRITE = "read:customers", "write:customers"
CUSTOMER = Resource(
    CustomerShape, customer_view, scope=READ, find=queries.customers_of_ids, told_by_revision=True
)
MISSING = errors.CustomerNotFound
_RATES = (TaxRateMissing, TaxRateArchived)
_CHANGE = (MISSING, errors.CustomerDeleted, errors.ExternalIdTaken, *_RATES)

endpoints = Endpoints("Customers", "Who is billed.")
_patch = patched(queries.get_live_customer, as_input, save_customer.update_customer)


@endpoints.get(
    "/customers", "List customers", scope=READ, query=CustomerQuery, answer=PageOf(CUSTOMER)
)
def list_customers(query: CustomerQuery) -> Page:
    """Newest first; deleted ones only with `include_deleted=true`."""
    return queries.list_customers(**query.arguments())


@endpoints.post(
    "/customers",
    "Create a customer",
    scope=WRITE,
    body=(NewCustomer,),
    answer=created(CUSTOMER),
    refusals=(errors.ExternalIdTaken, ClockNotFound, *_RATES),
)
def create_customer(body: NewCustomer) -> Row:
    """`external_id` is your own key for the customer and must be unique."""
    return save_customer.create_customer_row(body)


@endpoints.get(
    "/customers/<customer_id>",
    "Show a customer",
    scope=READ,
    answer=One(CUSTOMER),
    refusals=(MISSING,),
)
def get_customer(customer_id: str) -> Row:
    """A deleted customer is still shown, with `deleted_at`."""
    return queries.get_customer_row(customer_id)


@endpoints.put(
    "/customers/<customer_id>",
    "Replace a customer",
    scope=WRITE,
    body=(CustomerInput,),
    answer=One(CUSTOMER),
    revised=True,
    refusals=_CHANGE,
)
def update_customer(customer_id: str, body: CustomerInput, revision: int | None) -> Customer:
    """What is left out returns to its default."""
    return save_customer.update_customer(customer_id, body, revision)


@endpoints.patch(
    "/customers/<customer_id>",
    "Change a customer",
    scope=WRITE,
    patch=CustomerInput,
    answer=One(CUSTOMER),
    revised=True,
    refusals=_CHANGE,
)
def patch_customer(customer_id: str, patch: Patch, revision: int | None) -> Customer:
    """A JSON Merge Patch (RFC 7396): what is left out stays, null removes."""
    changed: Customer = _patch(customer_id, patch, revision)
    return changed


@endpoints.delete(
    "/customers/<customer_id>",
    "Delete a customer",
    scope=WRITE,
    answer=NoContent(),
    revised=True,
    refusals=(
        MISSING,
        errors.CustomerDeleted,
        errors.CustomerHasLiveSubscriptions,
        errors.CustomerHasUnpaidInvoices,
    ),
)
def delete_customer(customer_id: str, revision: int | None) -> None:
    """Sets `deleted_at`; the customer leaves the lists, what belongs to them stays."""
    deletion.delete_customer(customer_id, revision)
