"""How a subscription looks, what lists are filtered by, and how it is cancelled."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.invoices.shapes import Invoice, LineItem
from api.query import CreatedFilter, DateParameter, PageQuery, Query, Search
from api.shape import DateText, Id, Instant, Metadata, Price, Shape
from billing.inputs import ObjectId
from billing.subscriptions.states import Status


class Subscription(Shape):
    """Who gets what, since when, and what is billed next."""

    id: Id
    object: Literal["subscription"]
    customer_id: Id
    plan_id: Id
    plan_version: int
    quantity: int
    price: Price | None
    """The negotiated price; null where the plan's applies."""
    status: Status
    start_date: DateText
    end_date: DateText | None
    """The first day without service."""
    trial_end_date: DateText | None
    current_period_start: DateText | None
    """The first day of the last billed period; null before the first."""
    current_period_end: DateText | None
    """The day after its last."""
    next_billing_date: DateText | None
    billing_anchor: DateText
    cancel_at_period_end: bool
    cancelled_at: Instant | None
    cancellation_reason: str | None
    pause: dict[str, Any] | None
    """The pause that is agreed or runs: `from`, `resumes_on`, `proration`."""
    pauses: list[dict[str, Any]]
    """All that began: `from`, and `to`, the day service went on."""
    pending_change: dict[str, Any] | None
    coupon: dict[str, Any] | None
    latest_invoice_id: Id | None
    metadata: Metadata
    created_at: Instant
    updated_at: Instant


class SubscriptionPreview(Shape):
    """What a change would do; nothing of it was written."""

    object: Literal["subscription_preview"]
    subscription: Subscription
    """As it would be."""
    invoices: list[Invoice]
    """What would be invoiced at once, without numbers."""
    waiting: list[LineItem]
    """Lines that would wait for the next invoice."""
    next_invoice: Invoice | None
    """What would be billed next, those lines included."""


class NextInvoice(Shape):
    """The invoice that comes next if nothing changes."""

    object: Literal["next_invoice"]
    invoice: Invoice | None
    """null when nothing more will be billed."""


class SubscriptionQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Status | None = None
    customer_id: ObjectId | None = None
    plan_id: ObjectId | None = None
    test_clock_id: ObjectId | None = None
    billed_from: Annotated[DateParameter | None, Field(alias="next_billing_date[gte]")] = None
    """To be billed on this date or later."""
    billed_before: Annotated[DateParameter | None, Field(alias="next_billing_date[lt]")] = None
    """To be billed before this date."""
    q: Search | None = None
    """An id, or what finds the customer."""
    sort: Literal["created_at", "-created_at", "next_billing_date", "-next_billing_date"] = (
        "-created_at"
    )


class CancelQuery(Query):
    """How a subscription ends."""

    when: Literal["now", "period_end"] = "period_end"
    """`now`, or at the end of the period that is billed, which can be taken back until then."""
    proration: Literal["credit", "none"] = "none"
    """With `now`: whether the rest of the paid period is given back as credit."""
    reason: Search | None = None
    """Kept with the subscription and in the audit trail."""
