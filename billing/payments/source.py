"""Whom a provider may charge for a customer without anybody asking: dunning retries by it."""

from typing import Annotated, Literal

from pydantic import Field

from billing.customers.models import Customer
from billing.customers.queries import get_customer, get_live_customer
from billing.events.journal import update
from billing.inputs import Input, Line
from billing.invoices.queries import get_invoice
from billing.payments.charge import create_payment
from billing.payments.errors import ProviderNotAvailable
from billing.payments.inputs import PaymentInput
from billing.payments.models import Payment
from billing.payments.providers import get_provider, provider_names
from billing.transactions import operation


class PaymentSource(Input):
    """A customer's standing agreement with a provider."""

    provider: Literal["fake"] = "fake"
    token: Annotated[Line, Field(min_length=1)]
    """What the provider calls it. The fake one, outside of production, knows fake_ok,
    fake_decline, fake_timeout, fake_twice, fake_late and fake_no_refund."""


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


def has_charging_provider() -> bool:
    """Whether any provider here charges by itself; the manual one does not."""
    return provider_names() != ["manual"]


def charge_source(invoice_id: str) -> Payment:
    """Let the customer's source pay what is due on an invoice now; the payment as it stands then.

    Raises InvoiceNotFound, InvoiceNotPayable, PaymentUnderWay, and ProviderNotAvailable for a
    customer without a source.
    """
    source = source_of(get_customer(get_invoice(invoice_id).customer_id))
    if source is None:
        raise ProviderNotAvailable("This customer has no payment source; set one first.")
    return create_payment(charge_of(invoice_id, source))


def charge_of(invoice_id: str, source: PaymentSource) -> PaymentInput:
    """What charging all that is due to a source asks for."""
    return PaymentInput(
        invoice_id=invoice_id, method="card", provider=source.provider, reference=source.token
    )
