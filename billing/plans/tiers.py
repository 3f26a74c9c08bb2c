"""Pure: how tiers share a quantity. A tier is a row {up_to (inclusive, None = no end),
unit_amount, flat_amount}; they ascend and the last has no end (domain.md §3)."""

from decimal import Decimal

from billing.database import Row


def step(description: str, quantity: Decimal, unit_amount: int | str, flat_amount: int = 0) -> Row:
    """One product of a calculation; call it in a context precise enough for the product."""
    return {
        "description": description,
        "quantity": number(quantity),
        "unit_amount": unit_amount,
        "flat_amount": flat_amount,
        "amount": number(quantity * Decimal(unit_amount) + flat_amount),
    }


def number(value: Decimal) -> int | str:
    """A whole number as such, a finer one as decimal text."""
    whole = int(value)
    return whole if whole == value else f"{value.normalize():f}"


def graduated_steps(tiers: list[Row], quantity: Decimal) -> list[Row]:
    """Each tier's units at that tier's price; its flat amount once when it is entered.

    The first tier is entered at quantity 0 already.
    """
    steps, below = [], Decimal(0)
    for tier in tiers:
        if below and quantity <= below:
            break
        end = quantity if tier["up_to"] is None else min(quantity, Decimal(tier["up_to"]))
        flat = tier.get("flat_amount") or 0
        steps.append(step(band(below, tier), end - below, tier["unit_amount"], flat))
        below = end if tier["up_to"] is None else Decimal(tier["up_to"])
    return steps


def volume_steps(tiers: list[Row], quantity: Decimal) -> list[Row]:
    """All units at the price of the one tier that the quantity reaches."""
    below = Decimal(0)
    for tier in tiers:
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            flat = tier.get("flat_amount") or 0
            return [step(band(below, tier), quantity, tier["unit_amount"], flat)]
        below = Decimal(tier["up_to"])
    raise ValueError("the last tier must have no end")


def band(below: Decimal | int, tier: Row) -> str:
    """The quantities a tier is for, in words: `above 10 up to 20`."""
    parts = [f"above {below:,}"] if below else []
    parts += [f"up to {tier['up_to']:,}"] if tier["up_to"] is not None else []
    return " ".join(parts) or "any quantity"
