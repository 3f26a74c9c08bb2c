"""What may be said of a customer."""

from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field

from billing.addresses import AddressInput
from billing.emails import EmailAddress
from billing.errors import WrongValue
from billing.inputs import (
    Currency,
    Input,
    Line,
    Metadata,
    Name,
    ObjectId,
    TermsDays,
    TimeZone,
    WholeNumber,
)
from billing.money import MAX_AMOUNT
from billing.taxes.inputs import TaxRateIds


def _known_locale(value: str) -> str:
    try:
        return str(Locale.parse(value.replace("-", "_"))).replace("_", "-")
    except (UnknownLocaleError, ValueError, TypeError):
        raise WrongValue("must be a language tag such as en or de-AT") from None


LanguageTag = Annotated[str, Field(max_length=20), AfterValidator(_known_locale)]


class PreferencesInput(Input):
    """How a customer is billed and addressed."""

    currency: Currency = "USD"
    locale: LanguageTag = "en"
    timezone: TimeZone = "UTC"
    """The zone whose calendar decides when this customer is billed. A new customer for whom it is
    left out gets the one of the settings."""
    payment_terms_days: TermsDays = 14
    """An invoice is due this many days after its issue date; left out as `timezone`."""
    invoice_delivery: Literal["email", "none"] = "email"


class TaxIdInput(Input):
    """A tax number."""

    type: Annotated[str, Field(pattern=r"^[a-z]{2,3}_[a-z]{2,10}$")]
    value: Annotated[Line, Field(min_length=1, max_length=40)]


class ContactInput(Input):
    """Somebody who gets a copy of each mail about an invoice."""

    name: Name
    email: EmailAddress


Contacts = Annotated[list[ContactInput], Field(max_length=10)]


class CustomerInput(Input):
    """Creating a customer, or replacing what is known of one."""

    name: Name
    email: EmailAddress
    phone: Annotated[Line, Field(max_length=40)] | None = None
    contacts: Contacts = []
    """Who gets copies of invoices, receipts and reminders, beside `email`."""
    address: AddressInput | None = None
    billing_address: AddressInput | None = None
    """Printed on invoices; the plain address where absent."""
    preferences: PreferencesInput = PreferencesInput()
    status: Literal["active", "suspended"] = "active"
    """A suspended customer is skipped by the billing run."""
    tax_exempt: Literal["none", "exempt", "reverse"] = "none"
    tax_ids: Annotated[list[TaxIdInput], Field(max_length=10)] = []
    tax_rate_ids: TaxRateIds = []
    """What this customer's invoice lines are taxed with unless they name rates of their own; the
    seller's default rates where empty."""
    external_id: Annotated[Line, Field(min_length=1)] | None = None
    """Your own key for this customer; unique."""
    metadata: Metadata = {}


class NewCustomer(CustomerInput):
    """Creating a customer."""

    test_clock_id: ObjectId | None = None
    """The test clock at whose time the customer lives for good, with all that belongs to them."""


class AdjustCredit(Input):
    """Giving a customer credit by hand, or taking it back."""

    amount: Annotated[WholeNumber, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    """In smallest units; negative takes credit away."""
    currency: Currency | None = None
    """The customer's own where left out."""
    reason: Annotated[Line, Field(min_length=1)]


def as_input(customer: Any) -> CustomerInput:
    """The input that would make the customer as it is."""
    row = customer.row()
    names = CustomerInput.model_fields.keys() & row.keys()
    return CustomerInput.model_validate({name: row[name] for name in names})
