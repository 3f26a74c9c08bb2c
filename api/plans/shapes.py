"""How a plan looks, and what a list of them can be filtered by."""

from typing import Any, Literal

from api.query import CreatedFilter, PageQuery, Search
from api.shape import Id, Instant, Metadata, Price, Shape
from billing.inputs import Currency
from billing.periods import BillingCycle
from billing.plans.component_inputs import BasePricingModel, PricingModel, Timing


class Feature(Shape):
    """Something a plan includes or does not."""

    key: str
    name: str
    enabled: bool


class Tier(Shape):
    """A range of quantities and what is charged in it."""

    up_to: int | None
    """The last quantity it is for; null has no end."""
    unit_amount: Price
    flat_amount: int
    """Charged once when the tier is entered."""


class Charge(Shape):
    """A component beside the base price; what its pricing model has no use for is null."""

    key: str
    name: str
    pricing_model: PricingModel
    unit_amount: Price | None
    tiers: list[Tier]
    package_size: int | None
    percentage: str | None
    """Of the meter's value: `2.9`."""
    fixed_amount: Price
    """For each event, in smallest units."""
    meter: str | None
    """The key of the meter; null charges the subscription's quantity."""
    timing: Timing


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
    pricing_model: BasePricingModel
    tiers: list[Tier]
    """For `graduated` and `volume`."""
    package_size: int | None
    """For `package`: how many units one price buys."""
    charges: list[Charge]
    """What is charged beside the base price."""
    setup_fee: int
    """Once, on the first invoice."""
    trial_days: int
    minimum_amount: int
    """What a full period comes to at least."""
    version: int
    """Rises when what the plan charges changes; subscribers stay on theirs."""
    self_service: bool
    """Whether customers may change to it by themselves, on their own pages."""
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
    pricing_model: BasePricingModel
    tiers: list[Tier]
    """For `graduated` and `volume`."""
    package_size: int | None
    """For `package`: how many units one price buys."""
    charges: list[Charge]
    """What is charged beside the base price."""
    setup_fee: int
    """Once, on the first invoice."""
    trial_days: int
    minimum_amount: int
    """What a full period comes to at least."""


class EstimateLine(Shape):
    """A line that an invoice would have."""

    kind: Literal["plan", "charge", "usage"]
    description: str
    quantity: Price
    """A decimal string where usage is finer than whole units."""
    unit_amount: Price | None
    """null where no single price is multiplied."""
    amount: int
    explanation: dict[str, Any]
    """Enough to recompute the amount by hand."""


class Estimate(Shape):
    """What a full period would cost before coupons and taxes, in smallest units."""

    object: Literal["estimate"]
    plan_id: Id
    plan_version: int
    currency: str
    quantity: int
    lines: list[EstimateLine]
    amount: int
    """The sum of the lines."""
    setup_fee: int
    """On top of it, once, on the first invoice."""


class PlanQuery(PageQuery, CreatedFilter):
    """Filters of the list."""

    status: Literal["draft", "active", "archived"] | None = None
    currency: Currency | None = None
    billing_cycle: BillingCycle | None = None
    q: Search | None = None
    """Beginnings of words of name or tier; or an id."""
    sort: Literal["created_at", "-created_at", "name", "-name"] = "-created_at"


class VersionQuery(PageQuery):
    """Which page of the list."""

    sort: Literal["version", "-version"] = "-version"
