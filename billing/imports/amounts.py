"""Numbers as files write them, exactly: no float ever touches money."""

import re
from decimal import Decimal

from billing.money import minor_digits

_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,12})?")


def exact_number(text: str, decimal_mark: str = ".") -> Decimal:
    """The number that `text` says. Raises ValueError for anything but digits and one mark."""
    plain = text if decimal_mark == "." else text.replace(".", "?").replace(decimal_mark, ".")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"must be a number such as 29{decimal_mark}85, without separators")
    return Decimal(plain)


def from_major(amount: Decimal, currency: str) -> Decimal:
    """29.85 USD → 2985, still exact where it is finer than the smallest unit."""
    return amount.scaleb(minor_digits(currency))


def as_price(amount: Decimal) -> int | str:
    """Smallest units as inputs take them: an integer, or decimal text where it is finer."""
    whole = amount == amount.to_integral_value()
    return int(amount) if whole else f"{amount.normalize():f}"
