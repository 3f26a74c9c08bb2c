"""What may be said of a coupon."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from billing.coupons.models import Duration
from billing.errors import WrongValue
from billing.inputs import Amount, Currency, Input, Metadata, Name, ObjectId, Percentage
from billing.inputs import WholeNumber as Whole


def _above_zero(value: str) -> str:
    if value == "0":
        raise WrongValue("must be above 0")
    return value


_ALWAYS = Field(validate_default=True)  # for what must be there because of another field
CouponCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


class CouponInput(Input):
    """Creating a coupon, or replacing what is known of one."""

    code: CouponCode
    """What customers type; upper and lower case are alike. It cannot be changed later."""
    name: Name
    """As invoices print it."""
    percent_off: Annotated[Percentage, AfterValidator(_above_zero)] | None = None
    """Decimal text such as "25": of all lines that can be discounted."""
    amount_off: Annotated[Annotated[Amount, Field(ge=1)] | None, _ALWAYS] = None
    """In smallest units of `currency`; what an invoice cannot use is forfeited."""
    currency: Annotated[Currency | None, _ALWAYS] = None
    duration: Duration = "once"
    """`once`: the next invoice; `repeating`: `duration_cycles` invoices; `forever`: all."""
    duration_cycles: Annotated[Annotated[Whole, Field(ge=1, le=1000)] | None, _ALWAYS] = None
    redeem_by: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))] | None = None
    """The last day on which it can be redeemed."""
    max_redemptions: Annotated[Whole, Field(ge=1, le=1_000_000_000)] | None = None
    plan_ids: Annotated[list[ObjectId], Field(max_length=100)] = []
    """Only for subscriptions to these plans; for everything where empty."""
    status: Literal["active", "archived"] | None = None
    """`active` for a new coupon; left out, an existing one keeps its own."""
    metadata: Metadata = {}

    @field_validator("amount_off")
    @classmethod
    def _either_share_or_amount(cls, value: int | None, info: ValidationInfo) -> int | None:
        if "percent_off" in info.data and (info.data["percent_off"] is None) == (value is None):
            raise WrongValue(
                "or percent_off must be given" if value is None else "excludes percent_off"
            )
        return value

    @field_validator("currency")
    @classmethod
    def _currency_of_amount(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "amount_off" in info.data and (info.data["amount_off"] is None) != (value is None):
            raise WrongValue(
                "must be given with an amount" if value is None else "goes with an amount only"
            )
        return value

    @field_validator("duration_cycles")
    @classmethod
    def _cycles_of_repeating(cls, value: int | None, info: ValidationInfo) -> int | None:
        if "duration" in info.data and (info.data["duration"] == "repeating") != (
            value is not None
        ):
            raise WrongValue(
                "must be given for a repeating coupon"
                if value is None
                else "goes with a repeating coupon only"
            )
        return value


def as_input(coupon: Any) -> CouponInput:
    """The input that would make the coupon as it is."""
    row = coupon.row()
    names = CouponInput.model_fields.keys() & row.keys()
    return CouponInput.model_validate({name: row[name] for name in names})
