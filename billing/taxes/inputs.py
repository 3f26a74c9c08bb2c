"""What may be said of a tax rate."""

from typing import Annotated, Any, Literal

from pydantic import Field

from billing.inputs import Input, Line, Name, ObjectId, Percentage

TaxRateIds = Annotated[list[ObjectId], Field(max_length=5)]


class TaxRateInput(Input):
    """Creating a tax rate, or replacing what is known of one."""

    name: Name
    """As invoices print it, such as VAT or Sales tax."""
    percentage: Percentage
    """Decimal text such as "19" or "8.875"; it cannot be changed later."""
    inclusive: bool = False
    """Whether prices contain the tax; otherwise it comes on top. It cannot be changed later."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2, such as DE."""
    state: Line | None = None
    status: Literal["active", "archived"] | None = None
    """`active` for a new rate; left out, an existing one keeps its own."""


def as_input(rate: Any) -> TaxRateInput:
    """The input that would make the tax rate as it is."""
    row = rate.row()
    names = TaxRateInput.model_fields.keys() & row.keys()
    return TaxRateInput.model_validate({name: row[name] for name in names})
