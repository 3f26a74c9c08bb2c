"""How a credit note looks, and what a list of them can be filtered by."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.query import CreatedFilter, NewestFirst, PageQuery, Search
from api.shape import DateText, Id, Instant, Shape
from billing.inputs import ObjectId

CreditNoteStatus = Literal["issued", "void"]


class CreditNoteLine(Shape):
    """What is credited of one line of the invoice."""

    line: int
    """Its position on the invoice, counted from 0."""
    description: str
    amount: int
    """Before taxes that come on top."""
    tax_amount: int


class CreditNotePreview(Shape):
    """A credit note as it would be. All amounts are in the currency's smallest unit."""

    id: None
    object: Literal["credit_note"]
    number: None
    invoice_id: Id | None
    """null for one that was imported without its invoice."""
    customer_id: Id
    currency: str
    status: CreditNoteStatus
    reason: str | None
    issue_date: DateText
    lines: list[CreditNoteLine]
    subtotal: int
    tax_total: int
    taxes: list[dict[str, Any]]
    total: int
    """The subtotal with the taxes on top; due_reduction + refund_amount + credit_amount."""
    due_reduction: int
    """What is no longer due on the invoice."""
    refund_amount: int
    """What is paid back, or was before without a credit note."""
    credit_amount: int
    """What stands as the customer's credit."""
    created_at: Instant | None
    updated_at: Instant | None
    voided_at: Instant | None


class CreditNote(CreditNotePreview):
    """A correction of an issued invoice. All amounts are in the currency's smallest unit."""

    id: Id  # type: ignore[assignment]
    number: str  # type: ignore[assignment]
    """Gapless, of a series of its own."""
    created_at: Instant
    updated_at: Instant


class CreditNoteQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: CreditNoteStatus | None = None
    customer_id: ObjectId | None = None
    invoice_id: ObjectId | None = None
    number: Annotated[Search, Field(min_length=1)] | None = None
    q: Search | None = None
    """An id, the beginning of a number, or what finds the customer."""
    sort: NewestFirst = "-created_at"
