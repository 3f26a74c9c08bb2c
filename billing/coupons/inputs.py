"""What may be said of a coupon."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from billing.coupons.models import Duration
from billing.inputs import Amount, Currency, Input, Metadata, Name, ObjectId, Percentage
from billing.inputs import WholeNumber as Whole


def _above_zero(value: str) -> str:
    if value == "0":
        raise ValueError("must be above 0")
    return value


CouponCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


class CouponInput(Input):
    """Creating a coupon, or replacing what is known of one."""

    code: CouponCode
    """What customers type; upper and lower case are alike. It cannot be changed later."""
    name: Name
    """As invoices print it."""
    percent_off: Annotated[Percentage, AfterValidator(_above_zero)] | None = None
    """Decimal text such as "25": of all lines that can be discounted."""
    amount_off: Annotated[Amount, Field(ge=1)] | None = None
    """In smallest units of `currency`; what an invoice cannot use is forfeited."""
    currency: Currency | None = None
    duration: Duration = "once"
    """`once`: the next invoice; `repeating`: `duration_cycles` invoices; `forever`: all."""
    duration_cycles: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    redeem_by: Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))] | None = None
    """The last day on which it can be redeemed."""
    max_redemptions: Annotated[Whole, Field(ge=1, le=1_000_000_000)] | None = None
    plan_ids: Annotated[list[ObjectId], Field(max_length=100)] = []
    """Only for subscriptions to these plans; for everything where empty."""
    status: Literal["active", "archived"] | None = None
    """`active` for a new coupon; left out, an existing one keeps its own."""
    metadata: Metadata = {}

    @model_validator(mode="after")
    def _takes_off_one_thing(self) -> Self:
        if (self.percent_off is None) == (self.amount_off is None):
            raise ValueError("give either percent_off or amount_off")
        if (self.currency is None) != (self.amount_off is None):
            raise ValueError("currency goes with amount_off")
        if (self.duration_cycles is None) == (self.duration == "repeating"):
            raise ValueError("duration_cycles goes with the duration repeating")
        return self


def as_input(coupon: Any) -> CouponInput:
    """The input that would make the coupon as it is."""
    row = coupon.row()
    names = CouponInput.model_fields.keys() & row.keys()
    return CouponInput.model_validate({name: row[name] for name in names})
