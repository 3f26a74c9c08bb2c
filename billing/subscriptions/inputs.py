"""What may be said of a subscription."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from billing.inputs import Input, Line, Metadata, ObjectId, Price, Prose, Quantity, WholeNumber

CalendarDate = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]


ProrationBehavior = Literal["create_prorations", "always_invoice", "none"]
CouponCode = Annotated[Line, Field(min_length=1, max_length=64)]


class AnchorInput(Input):
    """A day on which periods begin."""

    day: Annotated[WholeNumber, Field(ge=1, le=31)]
    """Of the month, the last one in shorter months; of the week (1 is Monday) for weekly plans."""


class SubscriptionInput(Input):
    """Creating a subscription."""

    customer_id: ObjectId
    plan_id: ObjectId
    quantity: Quantity = 1
    price: Price | None = None
    """A negotiated price in smallest units, instead of the plan's."""
    start_date: CalendarDate | None = None
    """The first day of service and the anchor of all periods; today where left out. A start in
    the past bills every period since, one invoice each."""
    trial_days: Annotated[WholeNumber, Field(ge=0, le=730)] | None = None
    """Days without charge before the first period; the plan's where left out."""
    end_date: CalendarDate | None = None
    """The first day without service; a last period that is cut short is charged by the day."""
    billing_anchor: AnchorInput | None = None
    """Periods begin on that day, after a first part that is charged by the day; where left out,
    on the anniversary of the start, or of the trial's end."""
    coupon: CouponCode | None = None
    metadata: Metadata = {}


class SubscriptionChange(Input):
    """Changing what a subscription is for. It splits the running period at today."""

    plan_id: ObjectId
    """Another plan is taken in its current version; it must have the same currency. Another
    cycle begins a new full period."""
    quantity: Quantity = 1
    price: Price | None = None
    """A negotiated price in smallest units; null returns to the plan's."""
    coupon: CouponCode | None = None
    """Counts from the next period on; null takes it off."""
    metadata: Metadata = {}
    proration_behavior: ProrationBehavior | None = None
    """Credit and charge for the rest of the period wait for the next invoice, are invoiced now, or
    are not made. Left out, the seller's default for the kind of change."""
    effective: Literal["now", "period_end"] = "now"
    """At the end of the period the change is kept as `pending_change` until then, and so is one
    that is made in a pause."""


class CancelSubscription(Input):
    """How a subscription ends."""

    when: Literal["now", "period_end"] = "period_end"
    proration: Literal["credit", "none"] = "none"
    """With `now`: whether the rest of the paid period is given back as credit."""
    reason: Annotated[Prose, Field(max_length=500)] | None = None


class PauseSubscription(Input):
    """Pausing a subscription: nothing is billed for its days."""

    starts_on: CalendarDate | None = None
    """Today where left out."""
    resumes_on: CalendarDate | None = None
    """Service goes on by itself that day, with a new period; never where left out."""
    proration: Literal["credit", "none"] = "credit"
    """Whether the rest of the paid period is given back; if not, it counts again on resuming."""


class ResumeSubscription(Input):
    """Letting a paused subscription go on."""

    resumes_on: CalendarDate | None = None
    """Today where left out."""


def as_input(subscription: Any) -> SubscriptionChange:
    """The change that would leave the subscription as it is."""
    row = subscription.row()
    names = {"plan_id", "quantity", "price", "metadata"} & row.keys()
    coupon = (row.get("coupon") or {}).get("code")
    kept = {name: row[name] for name in names}
    return SubscriptionChange.model_validate({**kept, "coupon": coupon})
