"""What may be said of a subscription."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from billing.inputs import Input, Metadata, ObjectId, Price, Prose, Quantity

CalendarDate = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]


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
    metadata: Metadata = {}


class SubscriptionChange(Input):
    """Changing a subscription from its next period on."""

    plan_id: ObjectId
    """Another plan is taken in its current version; it must have the same currency and cycle."""
    quantity: Quantity = 1
    price: Price | None = None
    """A negotiated price in smallest units; null returns to the plan's."""
    metadata: Metadata = {}


class CancelSubscription(Input):
    """How a subscription ends."""

    when: Literal["now", "period_end"] = "period_end"
    reason: Annotated[Prose, Field(max_length=500)] | None = None


def as_input(subscription: Any) -> SubscriptionChange:
    """The change that would leave the subscription as it is."""
    row = subscription.row()
    names = SubscriptionChange.model_fields.keys() & row.keys()
    return SubscriptionChange.model_validate({name: row[name] for name in names})
