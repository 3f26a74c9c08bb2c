"""How an invoice looks, and what a list of them can be filtered by."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.customers.shapes import Address, TaxId
from api.query import CreatedFilter, DateParameter, PageQuery, Search, Truth
from api.shape import DateText, Id, Instant, Metadata, Price, Shape
from billing.inputs import Currency, ObjectId

InvoiceStatus = Literal["draft", "open", "paid", "void", "uncollectible"]


class LineItem(Shape):
    """One line."""

    kind: Literal[
        "plan", "charge", "usage", "setup_fee", "proration_credit", "proration_charge", "one_off"
    ]
    description: str
    quantity: Price
    """A decimal string where usage is finer than whole units."""
    unit_amount: Price | None
    """In smallest units; a decimal string where finer. null where no single price was multiplied,
    as with tiers."""
    amount: int
    period_start: DateText | None
    period_end: DateText | None
    """The first day after the period."""
    plan_id: Id | None
    tax_rate_ids: list[Id]
    discount_amount: int
    tax_amount: int
    explanation: dict[str, Any]
    """Enough to recompute the amount by hand."""


class InvoiceDiscount(Shape):
    """What a coupon took off, spread over the lines as their `discount_amount`."""

    coupon_id: Id
    code: str
    name: str
    percent_off: str | None
    amount_off: int | None
    amount: int


class InvoiceTax(Shape):
    """What one tax rate comes to, rounded once and spread as the lines' `tax_amount`."""

    tax_rate_id: Id
    name: str
    percentage: str
    inclusive: bool
    """Whether prices contain it; otherwise it comes on top."""
    taxable_amount: int
    """The net it is computed on, after coupons."""
    amount: int


class InvoiceSeller(Shape):
    """Who issued the invoice, as it was then."""

    name: str
    address: Address | None
    tax_id: str | None


class InvoiceCustomer(Shape):
    """Whom it was issued to, as they were then."""

    name: str
    email: str
    address: Address | None
    tax_ids: list[TaxId]
    tax_exempt: Literal["none", "exempt", "reverse"]
    locale: str


class InvoiceDunning(Shape):
    """How far the reminding of an unpaid invoice has got."""

    step: int
    """Reminders so far."""
    next_date: DateText | None
    """When the next one, or the final action, is due."""
    paused_until: DateText | None
    """Until when somebody paused the reminders."""
    ended: bool


class Invoice(Shape):
    """What is owed. All amounts are in the currency's smallest unit."""

    id: Id
    object: Literal["invoice"]
    number: str | None
    """Gapless; null for a draft."""
    customer_id: Id
    subscription_id: Id | None
    currency: str
    status: InvoiceStatus
    overdue: bool
    """Open, and its due date has passed."""
    reason: Literal[
        "subscription_cycle", "subscription_change", "subscription_end", "one_off", "imported"
    ]
    issue_date: DateText | None
    due_date: DateText | None
    paid_date: DateText | None
    period_start: DateText | None
    period_end: DateText | None
    line_items: list[LineItem]
    subtotal: int
    discount_total: int
    tax_total: int
    """Of all rates, those that prices contain included."""
    total: int
    """subtotal - discount_total + the taxes that come on top."""
    amount: int
    """The same as `total`."""
    credit_applied: int
    """Customer credit that was used; negative where a negative total was granted as credit."""
    amount_paid: int
    credit_note_total: int
    """What credit notes took off the amount due."""
    amount_due: int
    """total - credit_applied - amount_paid - credit_note_total; 0 once void."""
    discounts: list[InvoiceDiscount]
    taxes: list[InvoiceTax]
    seller: InvoiceSeller | None
    customer: InvoiceCustomer | None
    notes: str | None
    legal_note: str | None
    """What the law wants said, such as that the recipient is to account for the tax."""
    purchase_order: str | None
    dunning: InvoiceDunning | None
    """null before the first reminder."""
    metadata: Metadata
    created_at: Instant
    updated_at: Instant
    finalized_at: Instant | None
    voided_at: Instant | None


class InvoiceQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: InvoiceStatus | None = None
    overdue: Truth | None = None
    customer_id: ObjectId | None = None
    subscription_id: ObjectId | None = None
    number: Annotated[Search, Field(min_length=1)] | None = None
    currency: Currency | None = None
    issued_from: Annotated[DateParameter | None, Field(alias="issue_date[gte]")] = None
    """Issued on this date or later."""
    issued_before: Annotated[DateParameter | None, Field(alias="issue_date[lt]")] = None
    """Issued before this date."""
    due_from: Annotated[DateParameter | None, Field(alias="due_date[gte]")] = None
    """Due on this date or later."""
    due_before: Annotated[DateParameter | None, Field(alias="due_date[lt]")] = None
    """Due before this date."""
    q: Search | None = None
    """An id, the beginning of a number, or what finds the customer."""
    sort: (
        Literal["created_at", "-created_at", "due_date", "-due_date", "issue_date", "-issue_date"]
        | None
    ) = None
    """Newest first where left out; with `overdue=true` the longest overdue first."""
