"""Pure pricing: what a quantity costs under a pricing model, and how that came about."""

from dataclasses import dataclass
from decimal import Decimal

from billing.errors import Invalid
from billing.money import MAX_AMOUNT, round_amount


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in smallest units, rounded once, and the calculation in words of numbers."""

    amount: int
    calculation: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a meter counted: its aggregated value, exact, and from how many events."""

    value: Decimal
    events: int


def price_quantity(pricing_model: str, price: int | str, quantity: int) -> Priced:
    """What `quantity` costs at `price` (smallest units; decimal text where finer).

    `flat` charges the price once, `per_unit` for each unit. Raises Invalid for an amount beyond
    what can be billed.
    """
    units = quantity if pricing_model == "per_unit" else 1
    if type(price) is int:
        return _bounded(price * units, f"{units} × {price} = {price * units}")  # noqa: RUF001
    exact = Decimal(price) * units
    amount = round_amount(exact)
    rounding = "" if exact == amount else f", rounded half away from zero to {amount}"
    return _bounded(amount, f"{units} × {price} = {exact.normalize():f}{rounding}")  # noqa: RUF001


def _bounded(amount: int, calculation: str) -> Priced:
    if abs(amount) > MAX_AMOUNT:
        raise Invalid("The amount is larger than an invoice can bear.", field="quantity")
    return Priced(amount, calculation)
