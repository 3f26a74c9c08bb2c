"""What may be said of an invoice."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from billing.emails import EmailAddress
from billing.inputs import Amount, Currency, Input, Line, Metadata, ObjectId, Prose, Quantity
from billing.inputs import SignedPrice as UnitAmount
from billing.taxes.inputs import TaxRateIds

CalendarDate = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]


class LineItemInput(Input):
    """One line of a one-off invoice."""

    description: Annotated[Prose, Field(min_length=1, max_length=500)]
    quantity: Quantity = 1
    unit_amount: UnitAmount
    """In smallest units; a decimal string where finer; negative for a deduction."""
    tax_rate_ids: TaxRateIds = []
    """Where empty the customer's rates apply, or else the seller's."""


class InvoiceInput(Input):
    """A one-off invoice, or the whole of a draft that replaces it."""

    customer_id: ObjectId
    currency: Currency | None = None
    """The customer's currency where left out."""
    line_items: Annotated[list[LineItemInput], Field(min_length=1, max_length=200)]
    coupon: Annotated[Line, Field(min_length=1, max_length=60)] | None = None
    """A coupon's code or id; it counts as redeemed once the invoice is issued."""
    due_date: CalendarDate | None = None
    """Issue date plus the customer's payment terms where left out."""
    notes: Prose | None = None
    purchase_order: Line | None = None
    metadata: Metadata = {}
    draft: bool = False
    """A draft has no number, claims nothing and can be changed."""


class GenerateInvoice(Input):
    """Billing what a subscription owes today."""

    subscription_id: ObjectId


class PreviewInvoice(InvoiceInput):
    """A one-off invoice that is not to be made, only shown."""

    tax_rate_ids: TaxRateIds = []
    """For lines that name none, instead of the customer's and the seller's."""
    as_of_date: CalendarDate | None = None
    """The day on which it would be issued; today in the customer's zone where left out."""


class PreviewSubscription(GenerateInvoice):
    """What would be billed of a subscription, only shown."""

    as_of_date: CalendarDate | None = None
    """Today in the customer's zone where left out."""


class PayInvoice(Input):
    """A payment received outside of Duebill."""

    amount: Annotated[Amount, Field(ge=1)] | None = None
    """In smallest units; all that is due where left out."""
    method: Literal["bank_transfer", "card", "cash", "check", "other"] = "bank_transfer"
    paid_date: CalendarDate | None = None
    """Today in the customer's zone where left out."""
    reference: Line | None = None
    """Such as the number on the bank statement."""


class VoidInvoice(Input):
    """Declaring an invoice void."""

    reason: Annotated[Prose, Field(max_length=500)] | None = None


class SendInvoice(Input):
    """Mailing an invoice with its PDF."""

    to: EmailAddress | None = None
    """The customer's own address where left out."""


def as_input(invoice: Any) -> InvoiceInput:
    """The input that would make the one-off invoice as it is."""
    row = invoice.row()
    lines = [
        {name: line[name] for name in LineItemInput.model_fields.keys() & line.keys()}
        for line in row["line_items"]
    ]
    names = InvoiceInput.model_fields.keys() & row.keys()
    kept = {name: row[name] for name in names}
    return InvoiceInput.model_validate({**kept, "line_items": lines, "draft": invoice.is_draft})
