"""What may be said of a plan."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from billing.inputs import Currency, Input, Key, Line, Metadata, Name, Price, Prose, WholeNumber
from billing.periods import BillingCycle

Limit = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class FeatureInput(Input):
    """Something a plan includes or does not."""

    key: Key
    name: Name
    enabled: bool = True


class PlanInput(Input):
    """Creating a plan, or replacing what is known of one."""

    name: Name
    description: Prose | None = None
    price: Price
    """Per period, in smallest units: 4900 is 49.00 USD. `per_unit` takes decimal strings too."""
    currency: Currency
    billing_cycle: BillingCycle
    interval_count: Annotated[WholeNumber, Field(ge=1, le=100)] = 1
    """2 with `monthly` bills every two months."""
    features: Annotated[list[FeatureInput], Field(max_length=100)] = []
    limits: Annotated[dict[Key, Limit | None], Field(max_length=100)] = {}
    """null is unlimited."""
    status: Literal["draft", "active", "archived"] | None = None
    """`active` for a new plan; left out, an existing plan keeps its own."""
    tier: Line | None = None
    pricing_model: Literal["flat", "per_unit"] = "flat"
    """`flat` charges the price once, `per_unit` the price times the quantity."""
    metadata: Metadata = {}

    @model_validator(mode="after")
    def _flat_prices_are_whole(self) -> Self:
        if self.pricing_model == "flat" and isinstance(self.price, str):
            raise ValueError("price must be a whole number for the pricing model flat")
        keys = [feature.key for feature in self.features]
        if len(set(keys)) < len(keys):
            raise ValueError("features must each have a key of their own")
        return self


def as_input(plan: Any) -> PlanInput:
    """The input that would make the plan as it is."""
    row = plan.row()
    names = PlanInput.model_fields.keys() & row.keys()
    return PlanInput.model_validate({name: row[name] for name in names})
