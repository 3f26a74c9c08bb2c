"""How a coupon looks, and what a list of them can be filtered by."""

from typing import Annotated, Literal

from pydantic import Field

from api.query import CreatedFilter, PageQuery, Search
from api.shape import DateText, Id, Instant, Metadata, Shape
from billing.coupons.models import Duration


class Coupon(Shape):
    """What can be taken off invoices; its code and what it gives never change."""

    id: Id
    object: Literal["coupon"]
    code: str
    name: str
    percent_off: str | None
    """Decimal text such as "25"; null where an amount is taken off."""
    amount_off: int | None
    """In smallest units of `currency`."""
    currency: str | None
    duration: Duration
    duration_cycles: int | None
    """How many invoices a repeating one counts for."""
    redeem_by: DateText | None
    """The last day on which it can be redeemed."""
    max_redemptions: int | None
    times_redeemed: int
    plan_ids: list[Id]
    """Only for subscriptions to these; for everything where empty."""
    status: Literal["active", "archived"]
    metadata: Metadata
    created_at: Instant
    updated_at: Instant


class CouponQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Literal["active", "archived"] | None = None
    code: Annotated[Search, Field(min_length=1)] | None = None
    """The whole code; upper and lower case are alike."""
    q: Search | None = None
    """Beginnings of words of code or name; or an id."""
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
