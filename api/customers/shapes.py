"""How a customer looks, and what a list of them can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import CreatedFilter, PageQuery, Search, Truth
from api.shape import Id, Instant, Metadata, Shape
from billing.inputs import ObjectId


class Address(Shape):
    """A postal address."""

    line1: str | None
    line2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    """ISO 3166-1 alpha-2."""


class Preferences(Shape):
    """How a customer is billed and addressed."""

    currency: str
    locale: str
    timezone: str
    payment_terms_days: int
    invoice_delivery: Literal["email", "none"]


class TaxId(Shape):
    """A tax number."""

    type: str
    value: str


class Contact(Shape):
    """Somebody who gets a copy of each mail about an invoice."""

    name: str
    email: str


class CustomerPaymentSource(Shape):
    """A customer's standing agreement with a payment provider."""

    provider: str
    token: str


class Customer(Shape):
    """Who is billed."""

    id: Id
    object: Literal["customer"]
    name: str
    email: str
    phone: str | None
    contacts: list[Contact]
    """Who gets copies of invoices, receipts and reminders, beside `email`."""
    address: Address | None
    billing_address: Address | None
    preferences: Preferences
    status: Literal["active", "suspended"]
    tax_exempt: Literal["none", "exempt", "reverse"]
    tax_ids: list[TaxId]
    tax_rate_ids: list[Id]
    credit_balance: int
    """In the smallest unit of the preferred currency."""
    payment_source: CustomerPaymentSource | None
    """Whom a provider may charge without being asked."""
    external_id: str | None
    metadata: Metadata
    test_clock_id: Id | None
    created_at: Instant
    updated_at: Instant
    deleted_at: Instant | None


class CustomerQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Literal["active", "suspended"] | None = None
    email: Annotated[Search, Field(min_length=1)] | None = None
    external_id: Annotated[Search, Field(min_length=1)] | None = None
    test_clock_id: ObjectId | None = None
    q: Search | None = None
    """Beginnings of words of name, email, phone or external id; or an id."""
    include_deleted: Truth = False
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
