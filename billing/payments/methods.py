"""The payment methods that a customer has saved; one of them is charged without being asked.

That one is the customer's payment source, which staff and programs may set as well: it is among
the methods wherever it came from. A method is known by a digest of what its provider calls it, so
that the same one is there once and no address shows a provider's token.
"""

import hashlib
from dataclasses import dataclass

from billing.customers.models import Customer
from billing.customers.queries import get_customer, get_live_customer
from billing.errors import Conflict, NotFound
from billing.events.journal import update
from billing.invoices.queries import get_invoice
from billing.payments.charge import create_payment
from billing.payments.models import Payment
from billing.payments.providers import card_label, get_provider, provider_names
from billing.payments.source import PaymentSource, charge_of, source_of
from billing.transactions import operation

MOST = 10


class MethodNotFound(NotFound):
    code = "payment_method_not_found"


class TooManyMethods(Conflict):
    """A customer keeps a handful."""

    code = "too_many_payment_methods"


class DefaultMethodKept(Conflict):
    """The default can only be removed when it is the last one."""

    code = "default_payment_method_kept"


@dataclass(frozen=True, slots=True)
class Method:
    """A saved method as people know it."""

    id: str
    label: str
    source: PaymentSource
    is_default: bool


def methods_of(customer: Customer) -> list[Method]:
    """Those that can be used here, the default first, then in the order of their saving."""
    default = source_of(customer)
    saved = [PaymentSource(**kept) for kept in customer.payment_methods if _is_usable(kept)]
    rest = [source for source in saved if source != default]
    return [_method(source, source == default) for source in ([default] if default else []) + rest]


def get_method(customer: Customer, method_id: str) -> Method:
    """The method. Raises MethodNotFound."""
    found = next((each for each in methods_of(customer) if each.id == method_id), None)
    if found is None:
        raise MethodNotFound("There is no such payment method.", field="method_id")
    return found


@operation
def add_method(
    customer_id: str, data: PaymentSource, expected_revision: int | None = None
) -> Customer:
    """Save a method, as the default where there is none; one that is saved already stays.

    Raises CustomerNotFound, CustomerDeleted, StaleRevision, ProviderNotAvailable and
    TooManyMethods.
    """
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    get_provider(data.provider)
    known = methods_of(customer)
    if data in [method.source for method in known]:
        return customer
    if len(known) >= MOST:
        raise TooManyMethods("No more than %(most)s can be kept; remove one first.", most=MOST)
    customer.payment_methods = _rows([*(method.source for method in known), data])
    if not known:
        customer.payment_source = data.model_dump()
    update(customer, "customer.payment_method_added")
    return customer


@operation
def set_default_method(
    customer_id: str, method_id: str, expected_revision: int | None = None
) -> Customer:
    """Charge this one from now on. Raises CustomerNotFound, CustomerDeleted, StaleRevision and
    MethodNotFound."""
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    method, known = get_method(customer, method_id), methods_of(customer)
    customer.payment_methods = _rows([each.source for each in known])
    customer.payment_source = method.source.model_dump()
    update(customer, "customer.payment_source_changed")
    return customer


@operation
def remove_method(
    customer_id: str, method_id: str, expected_revision: int | None = None
) -> Customer:
    """Forget a method. Raises CustomerNotFound, CustomerDeleted, StaleRevision, MethodNotFound, and
    DefaultMethodKept for the default while there are others."""
    customer = get_live_customer(customer_id)
    customer.check_revision(expected_revision)
    method, known = get_method(customer, method_id), methods_of(customer)
    if method.is_default and len(known) > 1:
        raise DefaultMethodKept("Make another one the default first.")
    customer.payment_methods = _rows([each.source for each in known if each.id != method_id])
    if method.is_default:
        customer.payment_source = {}
    update(customer, "customer.payment_method_removed")
    return customer


def charge_method(invoice_id: str, method_id: str) -> Payment:
    """Let a saved method pay what is due on an invoice now; the payment as it stands then.

    Raises InvoiceNotFound, InvoiceNotPayable, PaymentUnderWay and MethodNotFound.
    """
    customer = get_customer(get_invoice(invoice_id).customer_id)
    return create_payment(charge_of(invoice_id, get_method(customer, method_id).source))


def _method(source: PaymentSource, is_default: bool) -> Method:
    told = hashlib.sha256(f"{source.provider}:{source.token}".encode()).hexdigest()
    label = card_label(source.provider, source.token)
    return Method(f"pm_{told[:20]}", label, source, is_default)


def _is_usable(kept: dict[str, str]) -> bool:
    return kept["provider"] in provider_names()


def _rows(sources: list[PaymentSource]) -> list[dict[str, str]]:
    return [source.model_dump() for source in sources]
