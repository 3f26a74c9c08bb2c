"""What customers say of themselves: where invoices go, and what they print."""

from typing import Annotated

from pydantic import Field

from billing.actors import current_actor
from billing.addresses import AddressInput
from billing.customers.inputs import Contacts, LanguageTag, TaxIdInput
from billing.customers.inputs import as_input as customer_input
from billing.customers.models import Customer
from billing.customers.queries import get_live_customer
from billing.customers.save_customer import update_customer
from billing.emails import EmailAddress
from billing.inputs import Input, Line, Name
from billing.transactions import operation
from billing.users.permissions import OWN_ACCOUNT


class OwnDetails(Input):
    """A customer's own particulars; what is agreed with the seller is not among them."""

    name: Name
    email: EmailAddress
    phone: Annotated[Line, Field(max_length=40)] | None = None
    contacts: Contacts = []
    billing_address: AddressInput | None = None
    tax_ids: Annotated[list[TaxIdInput], Field(max_length=10)] = []
    locale: LanguageTag = "en"


@operation
def update_own_details(
    customer_id: str, data: OwnDetails, expected_revision: int | None = None
) -> Customer:
    """Change them; issued invoices keep what they say, and all else stays as agreed.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision, and ScopeMissing for who only looks.
    """
    current_actor().require(OWN_ACCOUNT)
    present = customer_input(get_live_customer(customer_id))
    own = {name: getattr(data, name) for name in OwnDetails.model_fields if name != "locale"}
    preferences = present.preferences.model_copy(update={"locale": data.locale})
    changed = present.model_copy(update={**own, "preferences": preferences})
    return update_customer(customer_id, changed, expected_revision)


def as_input(customer: Customer) -> OwnDetails:
    """The input that would leave the customer as it is; an only address is the billing address."""
    present = customer_input(customer)
    own = {name: getattr(present, name) for name in OwnDetails.model_fields if name != "locale"}
    own["billing_address"] = present.billing_address or present.address
    return OwnDetails(**own, locale=present.preferences.locale)
