"""How payments and refunds look, and what a list of payments can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import CreatedFilter, DateParameter, NewestFirst, PageQuery, Search
from api.shape import DateText, Id, Instant, Shape
from billing.inputs import ObjectId

PaymentStatus = Literal["pending", "succeeded", "failed", "refunded", "partially_refunded"]


class Refund(Shape):
    """Money paid back of a payment."""

    id: Id
    object: Literal["refund"]
    amount: int
    status: Literal["pending", "succeeded", "failed"]
    refund_date: DateText
    credit_note_id: Id | None
    reason: str | None
    failure_code: str | None
    created_at: Instant


class Payment(Shape):
    """A payment on an invoice. All amounts are in the currency's smallest unit."""

    id: Id
    object: Literal["payment"]
    invoice_id: Id
    customer_id: Id
    amount: int
    currency: str
    method: Literal["bank_transfer", "card", "cash", "check", "other"]
    provider: Literal["manual", "fake"]
    provider_reference: str | None
    status: PaymentStatus
    paid_date: DateText | None
    """null until it succeeded."""
    failure_code: str | None
    credited_amount: int
    """What was beyond the amount due and became the customer's credit."""
    refunded_amount: int
    refunds: list[Refund]
    created_at: Instant
    updated_at: Instant


class PaymentQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: PaymentStatus | None = None
    customer_id: ObjectId | None = None
    invoice_id: ObjectId | None = None
    paid_from: Annotated[DateParameter | None, Field(alias="paid_date[gte]")] = None
    """Paid on this date or later."""
    paid_before: Annotated[DateParameter | None, Field(alias="paid_date[lt]")] = None
    """Paid before this date."""
    q: Search | None = None
    """An id, or what finds the customer."""
    sort: NewestFirst = "-created_at"
