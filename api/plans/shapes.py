"""How a plan looks, and what a list of them can be filtered by."""

from typing import Literal

from api.query import PageQuery, Search
from api.shape import Id, Instant, Metadata, Price, Shape
from billing.inputs import Currency
from billing.periods import BillingCycle


class Feature(Shape):
    """Something a plan includes or does not."""

    key: str
    name: str
    enabled: bool


class Plan(Shape):
    """What can be subscribed to."""

    id: Id
    object: Literal["plan"]
    name: str
    description: str | None
    price: Price
    """Per period, in smallest units; a decimal string where finer."""
    currency: str
    billing_cycle: BillingCycle
    interval_count: int
    features: list[Feature]
    limits: dict[str, int | None]
    """null is unlimited."""
    status: Literal["draft", "active", "archived"]
    tier: str | None
    pricing_model: Literal["flat", "per_unit"]
    version: int
    """Rises when what the plan charges changes; subscribers stay on theirs."""
    metadata: Metadata
    created_at: Instant
    updated_at: Instant


class PlanVersion(Shape):
    """What a plan charged in one of its versions."""

    object: Literal["plan_version"]
    plan_id: Id
    version: int
    name: str
    price: Price
    currency: str
    billing_cycle: BillingCycle
    interval_count: int
    pricing_model: Literal["flat", "per_unit"]


class PlanQuery(PageQuery):
    """Filters of the list."""

    status: Literal["draft", "active", "archived"] | None = None
    currency: Currency | None = None
    billing_cycle: BillingCycle | None = None
    q: Search | None = None
    """Beginnings of words of name or tier; or an id."""
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"
