"""Pure: what a plan's terms charge for usage."""

from decimal import Decimal

from billing.database import Row

_PRICING = ("meter", "pricing_model", "unit_amount", "package_size", "fixed_amount")
_TIER = ("up_to", "unit_amount", "flat_amount")


def charge_usage_alike(one: Row, other: Row) -> bool:
    """Whether two terms ask the same for any usage, whatever their charges are called."""
    return _prices(one) == _prices(other)


def _prices(terms: Row) -> list[str]:
    charges = terms.get("charges") or []
    return sorted(repr(_price(charge)) for charge in charges if charge.get("meter"))


def _price(charge: Row) -> list[object]:
    """What decides; older rows lack what is left out, so that absent and empty are the same."""
    share = charge.get("percentage")
    exact = Decimal(share).normalize() if share else None
    tiers = [[tier.get(name) or None for name in _TIER] for tier in charge.get("tiers") or []]
    return [*(charge.get(name) or None for name in _PRICING), exact, tiers]
