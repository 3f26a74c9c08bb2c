"""What may be said of a payment and of a refund."""

from typing import Annotated, Literal

from pydantic import Field

from billing.inputs import Amount, Input, Line, ObjectId, Prose
from billing.invoices.inputs import CalendarDate
from billing.payments.providers import ProviderName

Method = Literal["bank_transfer", "card", "cash", "check", "other"]


class PaymentInput(Input):
    """A payment of an invoice: recorded (`manual`), or to be taken by a provider."""

    invoice_id: ObjectId
    amount: Annotated[Amount, Field(ge=1)] | None = None
    """In smallest units; all that is due where left out. What a manual payment has beyond that
    becomes the customer's credit; a provider takes no more than is due."""
    method: Method = "bank_transfer"
    provider: ProviderName = "manual"
    reference: Line | None = None
    """Such as the number on the bank statement; for a provider, its token of whom to charge."""
    paid_date: CalendarDate | None = None
    """Of a manual payment; today in the customer's zone where left out."""


class RefundInput(Input):
    """Paying back a payment."""

    amount: Annotated[Amount, Field(ge=1)] | None = None
    """In smallest units; all that is left of the payment where left out."""
    reason: Annotated[Prose, Field(max_length=500)] | None = None
