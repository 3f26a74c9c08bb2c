"""Pure pricing: what a quantity costs under a pricing model, and how that came about.

A component is a row with `pricing_model` and what that model needs: `unit_amount`, `tiers`,
`package_size`, `percentage`, `fixed_amount` (see billing/plans/models.py). Everything is exact
until the component's amount is rounded, once, half away from zero (domain.md §3).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal, localcontext

from billing.database import Row
from billing.errors import Invalid
from billing.money import MAX_AMOUNT, round_amount
from billing.plans.tiers import graduated_steps, step, volume_steps

_EXACT = Context(prec=120)  # a usage of 34 digits times a price of 24, with room for sums
_MAX_QUANTITY = 10**15  # whole numbers that every JSON reader keeps exact


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in smallest units, rounded once, and the calculation in words of numbers.

    `steps` are there for models with more than one product; each is a row {description, quantity,
    unit_amount, flat_amount, amount}: quantity times unit_amount plus flat_amount is amount,
    exactly, and their sum rounds to `amount`.
    """

    amount: int
    calculation: str
    steps: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a meter counted in a period, and over how many events."""

    value: Decimal
    events: int


NO_USAGE = Usage(Decimal(0), 0)


def price_quantity(pricing_model: str, price: int | str, quantity: int) -> Priced:
    """What `quantity` costs at `price` (smallest units; decimal text where finer).

    `flat` charges the price once, `per_unit` for each unit. Raises Invalid for an amount beyond
    what can be billed.
    """
    units = quantity if pricing_model == "per_unit" else 1
    if type(price) is int:
        return _bounded(price * units, f"{units} × {price} = {price * units}")  # noqa: RUF001
    return _rounded(Decimal(price) * units, f"{units} × {price}")  # noqa: RUF001


def price_component(component: Row, quantity: int | Decimal, *, events: int = 0) -> Priced:
    """What `quantity` (not negative) of a component costs; `events` pay `fixed_amount` each.

    A percentage is taken of `quantity`, which is then an amount in smallest units. Raises Invalid
    for an amount or a quantity beyond what can be billed.
    """
    model = component["pricing_model"]
    if type(quantity) is int and model in {"flat", "per_unit"}:
        return price_quantity(model, component["unit_amount"], quantity)
    if quantity > _MAX_QUANTITY:
        raise Invalid("The quantity is larger than an invoice can bear.", field="quantity")
    with localcontext(_EXACT):
        steps = _STEPS[model](component, Decimal(quantity), events)
        exact = sum((Decimal(one["amount"]) for one in steps), Decimal(0))
        kept = [] if model in {"flat", "per_unit"} else steps
        return _rounded(exact, " + ".join(map(_product, steps)), kept)


def _flat(component: Row, quantity: Decimal, events: int) -> list[Row]:
    return [step("once", Decimal(1), component["unit_amount"])]


def _per_unit(component: Row, quantity: Decimal, events: int) -> list[Row]:
    return [step("each", quantity, component["unit_amount"])]


def _graduated(component: Row, quantity: Decimal, events: int) -> list[Row]:
    return graduated_steps(component["tiers"], quantity)


def _volume(component: Row, quantity: Decimal, events: int) -> list[Row]:
    return volume_steps(component["tiers"], quantity)


def _package(component: Row, quantity: Decimal, events: int) -> list[Row]:
    """A package that is begun is paid in full."""
    size = component["package_size"]
    packages, rest = divmod(quantity, size)
    words = f"{quantity.normalize():f} in packages of {size}"
    return [step(words, packages + 1 if rest else packages, component["unit_amount"])]


def _percentage(component: Row, quantity: Decimal, events: int) -> list[Row]:
    percentage, fee = component["percentage"], component.get("fixed_amount") or 0
    share = f"{Decimal(percentage).scaleb(-2).normalize():f}"
    steps = [step(f"{percentage} % of the amount", quantity, share)]
    return [*steps, step("fee for each event", Decimal(events), fee)] if fee else steps


_STEPS: dict[str, Callable[[Row, Decimal, int], list[Row]]] = {
    "flat": _flat,
    "per_unit": _per_unit,
    "graduated": _graduated,
    "volume": _volume,
    "package": _package,
    "percentage": _percentage,
}


def _product(one: Row) -> str:
    product = f"{one['quantity']} × {one['unit_amount']}"  # noqa: RUF001
    return f"{product} + {one['flat_amount']}" if one["flat_amount"] else product


def _rounded(exact: Decimal, terms: str, steps: list[Row] | None = None) -> Priced:
    if abs(exact) > MAX_AMOUNT:
        raise _too_large()
    amount = round_amount(exact)
    rounding = "" if exact == amount else f", rounded half away from zero to {amount}"
    return Priced(amount, f"{terms} = {exact.normalize():f}{rounding}", steps or [])


def _bounded(amount: int, calculation: str) -> Priced:
    if abs(amount) > MAX_AMOUNT:
        raise _too_large()
    return Priced(amount, calculation)


def _too_large() -> Invalid:
    return Invalid("The amount is larger than an invoice can bear.", field="quantity")
