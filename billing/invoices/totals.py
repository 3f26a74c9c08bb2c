"""Pure: from the amounts of lines to what is owed. Integers in, integers out."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """All in smallest units; total = subtotal - discounts + taxes."""

    subtotal: int
    discount_total: int
    tax_total: int

    @property
    def total(self) -> int:
        return self.subtotal - self.discount_total + self.tax_total


def totals_of(amounts: Iterable[int]) -> Totals:
    """What lines of these amounts come to."""
    return Totals(subtotal=sum(amounts), discount_total=0, tax_total=0)
