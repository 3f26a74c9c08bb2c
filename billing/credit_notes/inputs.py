"""What may be said of a credit note."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from billing.errors import WrongValue
from billing.inputs import Amount, Input, ObjectId, Prose, WholeNumber

Part = Annotated[Amount, Field(ge=1)]


class CreditNoteLineInput(Input):
    """What is credited of one line of the invoice."""

    line: Annotated[WholeNumber, Field(ge=0, lt=1000)]
    """Its position on the invoice, counted from 0."""
    amount: Part
    """In smallest units, after discounts and before taxes that come on top: they follow."""


class CreditNoteInput(Input):
    """Taking back some of an issued invoice: certain lines, an amount, or all that is left."""

    invoice_id: ObjectId
    lines: Annotated[list[CreditNoteLineInput], Field(min_length=1, max_length=200)] | None = None
    amount: Part | None = None
    """Taxes included; spread over all lines. All that is left where neither it nor lines are."""
    reason: Annotated[Prose, Field(max_length=500)] | None = None
    refund_amount: Amount | None = None
    """To be paid back; where left out, what is beyond the amount due and was paid."""
    credit_amount: Amount | None = None
    """To stand as the customer's credit; where left out, what remains."""

    @model_validator(mode="after")
    def _lines_or_amount(self) -> Self:
        if self.lines is not None and self.amount is not None:
            raise WrongValue("give either lines or an amount")
        positions = [line.line for line in self.lines or []]
        if len(set(positions)) < len(positions):
            raise WrongValue("lines must name each line once")
        return self


class VoidCreditNote(Input):
    """Taking a credit note back."""

    reason: Annotated[Prose, Field(max_length=500)] | None = None
