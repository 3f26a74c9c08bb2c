"""What may be said of a plan."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from billing.errors import WrongValue
from billing.inputs import (
    Amount,
    Currency,
    Input,
    Key,
    Line,
    Metadata,
    Name,
    Price,
    Prose,
    Quantity,
    WholeNumber,
)
from billing.periods import BillingCycle
from billing.phrases import Code
from billing.plans.component_inputs import (
    TIERED,
    BasePricingModel,
    ChargeInput,
    PricingInput,
    whole_if_flat,
)

Limit = Annotated[WholeNumber, Field(ge=0, le=10**12)]


class FeatureInput(Input):
    """Something a plan includes or does not."""

    key: Key
    name: Name
    enabled: bool = True


class PlanInput(PricingInput):
    """Creating a plan, or replacing what is known of one."""

    pricing_model: BasePricingModel = "flat"
    """How the base price is charged: `flat` once, `per_unit` times the quantity, `graduated` each
    tier's units at its price, `volume` all units at the price of the tier reached, `package` for
    each package begun."""
    name: Name
    description: Prose | None = None
    price: Price
    """Per period, in smallest units: 4900 is 49.00 USD. A decimal string where finer, except for
    `flat`. 0 for `graduated` and `volume`, whose tiers say the price."""
    currency: Currency
    billing_cycle: BillingCycle
    interval_count: Annotated[WholeNumber, Field(ge=1, le=100)] = 1
    """2 with `monthly` bills every two months."""
    charges: Annotated[list[ChargeInput], Field(max_length=50)] = []
    """What is charged beside the base price."""
    setup_fee: Amount = 0
    """Once, on the first invoice."""
    trial_days: Annotated[WholeNumber, Field(ge=0, le=730)] = 0
    minimum_amount: Amount = 0
    """What a full period comes to at least; what is missing is a line of its own."""
    features: Annotated[list[FeatureInput], Field(max_length=100)] = []
    limits: Annotated[dict[Key, Limit | None], Field(max_length=100)] = {}
    """null is unlimited."""
    status: Literal["draft", "active", "archived"] | None = None
    """`active` for a new plan; left out, an existing plan keeps its own."""
    tier: Line | None = None
    self_service: bool = False
    """Whether customers may change to it by themselves, on their own pages."""
    metadata: Metadata = {}

    @field_validator("price")
    @classmethod
    def _price_fits(cls, price: int | str, info: ValidationInfo) -> int | str:
        model = info.data.get("pricing_model")
        if price != 0 and model in TIERED:
            raise WrongValue(
                "must be 0 for the pricing model %(model)s: its tiers say the price",
                model=Code(model),
            )
        whole_if_flat(price, info)
        return price

    @field_validator("charges", "features")
    @classmethod
    def _keys_differ(cls, entries: list[Any]) -> list[Any]:
        keys = [entry.key for entry in entries]
        if len(set(keys)) < len(keys):
            raise WrongValue("must each have a key of their own")
        return entries


class EstimatePlan(Input):
    """What a full period of a plan is to be estimated for."""

    quantity: Quantity = 1
    usage: Annotated[dict[Key, Price], Field(max_length=50)] = {}
    """By the meter's key: what it counts in the period, a whole number or decimal text."""
    events: Annotated[
        dict[Key, Annotated[WholeNumber, Field(ge=0, le=10**9)]], Field(max_length=50)
    ] = {}
    """By the meter's key: over how many events, for fees per event. 1 where there is usage."""
    version: Annotated[WholeNumber, Field(ge=1, le=10**9)] | None = None
    """The present one unless given."""


def as_input(plan: Any) -> PlanInput:
    """The input that would make the plan as it is."""
    row = plan.row()
    names = PlanInput.model_fields.keys() & row.keys()
    return PlanInput.model_validate({name: row[name] for name in names})
