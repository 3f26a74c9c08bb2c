"""What may be said of a price: the plan's own and each charge beside it (domain.md §3)."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from billing.errors import WrongValue
from billing.inputs import Amount, Input, Key, Name, Price, WholeNumber
from billing.phrases import Code

BasePricingModel = Literal["flat", "per_unit", "graduated", "volume", "package"]
PricingModel = Literal["flat", "per_unit", "graduated", "volume", "package", "percentage"]
Timing = Literal["in_advance", "in_arrears"]
TIERED = ("graduated", "volume")
PRICED = ("flat", "per_unit", "package")
PERCENTAGE_FORM = r"^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$"
_Size = Annotated[WholeNumber, Field(ge=1, le=10**12)]


class TierInput(Input):
    """A range of quantities and what is charged in it."""

    up_to: _Size | None = None
    """The last quantity it is for; null, on the last tier, has no end."""
    unit_amount: Price = 0
    flat_amount: Amount = 0
    """Charged once when the tier is entered; the first tier's also without any quantity."""


class PricingInput(Input):
    """A pricing model and what it needs beside a price."""

    pricing_model: PricingModel
    tiers: Annotated[list[TierInput], Field(max_length=100, validate_default=True)] = []
    """For `graduated` and `volume`: ascending, the last one without an end."""
    package_size: Annotated[_Size | None, Field(validate_default=True)] = None
    """For `package`: how many units one price buys."""

    @field_validator("tiers")
    @classmethod
    def _tiers_fit(cls, tiers: list[TierInput], info: ValidationInfo) -> list[TierInput]:
        takes = _takes(info, *TIERED)
        if takes is False and tiers:
            raise WrongValue("must be left out for the pricing model %(model)s", model=_model(info))
        if takes and not tiers:
            raise WrongValue(
                "must have at least one tier for the pricing model %(model)s", model=_model(info)
            )
        _check_tiers(tiers)
        return tiers

    @field_validator("package_size")
    @classmethod
    def _size_fits(cls, size: int | None, info: ValidationInfo) -> int | None:
        _present_iff(info, size, "package")
        return size


class ChargeInput(PricingInput):
    """A further component of a plan: on the quantity in advance, or on a meter in arrears."""

    key: Key
    """Names it within the plan."""
    name: Name
    """What its line is called on invoices."""
    meter: Annotated[Key | None, Field(validate_default=True)] = None
    """The key of the meter whose usage it charges; null charges the subscription's quantity.
    `percentage` needs one, and `flat`, which no usage changes, takes none."""
    timing: Annotated[Timing | None, Field(validate_default=True)] = None
    """`in_arrears` with a meter, `in_advance` without one; left out, it is what it must be."""
    unit_amount: Annotated[Price | None, Field(validate_default=True)] = None
    """For `flat`, `per_unit` and `package`, in smallest units; decimal text where finer."""
    percentage: Annotated[str | None, Field(pattern=PERCENTAGE_FORM, validate_default=True)] = None
    """For `percentage`: the share of the meter's value, an amount in smallest units. `"2.9"`."""
    fixed_amount: Price = 0
    """For `percentage`: a fee for each event, in smallest units."""

    @field_validator("meter")
    @classmethod
    def _meter_fits(cls, meter: str | None, info: ValidationInfo) -> str | None:
        if meter is None and _takes(info, "percentage"):
            raise WrongValue(
                "is required for the pricing model %(model)s", model=Code("percentage")
            )
        if meter is not None and _takes(info, "flat"):
            raise WrongValue("must be left out for the pricing model %(model)s", model=Code("flat"))
        return meter

    @field_validator("timing")
    @classmethod
    def _timing_fits(cls, timing: Timing | None, info: ValidationInfo) -> Timing | None:
        if "meter" not in info.data:
            return timing
        expected: Timing = "in_advance" if info.data["meter"] is None else "in_arrears"
        if timing not in {None, expected}:
            raise WrongValue(
                "must be in_advance for a charge without a meter"
                if expected == "in_advance"
                else "must be in_arrears for a charge with a meter"
            )
        return expected

    @field_validator("unit_amount")
    @classmethod
    def _price_fits(cls, price: int | str | None, info: ValidationInfo) -> int | str | None:
        _present_iff(info, price, *PRICED)
        whole_if_flat(price, info)
        return price

    @field_validator("percentage")
    @classmethod
    def _percentage_fits(cls, percentage: str | None, info: ValidationInfo) -> str | None:
        _present_iff(info, percentage, "percentage")
        return None if percentage is None else f"{Decimal(percentage).normalize():f}"

    @field_validator("fixed_amount")
    @classmethod
    def _fee_fits(cls, fee: int | str, info: ValidationInfo) -> int | str:
        if fee and _takes(info, "percentage") is False:
            raise WrongValue("must be 0 for the pricing model %(model)s", model=_model(info))
        return fee


def whole_if_flat(price: int | str | None, info: ValidationInfo) -> None:
    """Raises WrongValue for a fraction of the smallest unit on a price charged once."""
    if isinstance(price, str) and _model(info) == "flat":
        raise WrongValue("must be a whole number for the pricing model flat")


def _check_tiers(tiers: list[TierInput]) -> None:
    for position, (tier, following) in enumerate(pairwise(tiers), 1):
        if tier.up_to is None:
            raise WrongValue(
                "Tier %(position)s needs an up_to: only the last one has no end", position=position
            )
        if following.up_to is not None and following.up_to <= tier.up_to:
            raise WrongValue(
                "Tier %(position)s must reach further than the one before it",
                position=position + 1,
            )
    if tiers and tiers[-1].up_to is not None:
        raise WrongValue("The last tier must have no end: leave its up_to out")


def _present_iff(info: ValidationInfo, value: Any, *models: str) -> None:
    takes = _takes(info, *models)
    if takes and value is None:
        raise WrongValue("is required for the pricing model %(model)s", model=_model(info))
    if takes is False and value is not None:
        raise WrongValue("must be left out for the pricing model %(model)s", model=_model(info))


def _takes(info: ValidationInfo, *models: str) -> bool | None:
    """Whether the chosen model is one of `models`; None when none was rightly chosen."""
    chosen = _model(info)
    return chosen in models if chosen else None


def _model(info: ValidationInfo) -> Code:
    return Code(info.data.get("pricing_model") or "")
