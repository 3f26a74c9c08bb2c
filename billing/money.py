"""Money is an integer in the currency's smallest unit; this is where it is rounded and shown."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from babel.numbers import format_currency, get_currency_precision, list_currencies

from billing.errors import Invalid
from billing.phrases import Translate

CURRENCIES: frozenset[str] = frozenset(list_currencies("en"))
MAX_AMOUNT = 10**12  # far beyond any invoice, far inside 64 bits even when summed by the million


def round_amount(amount: Decimal) -> int:
    """To whole smallest units, half away from zero: the only rounding that money knows."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share_of(amount: int, parts: int, whole: int) -> int:
    """`amount` times `parts` over `whole`, exact, rounded once, half away from zero."""
    doubled = 2 * abs(amount) * parts + whole
    rounded = doubled // (2 * whole)
    return rounded if amount >= 0 else -rounded


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to non-negative `weights` so that the parts sum to it exactly.

    Largest remainder: everyone gets the floor of their share, the odd units go to those who lost
    most by that, earlier ones first. With no weight at all everything falls to the first.
    """
    if not weights:
        raise ValueError("there is nothing to spread over")
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)]
    return round_shares([total * weight for weight in weights], whole)


def round_shares(numerators: Sequence[int], denominator: int) -> list[int]:
    """Exact shares (each numerator over the positive `denominator`) as whole units.

    Their sum is rounded once, half away from zero, and the parts sum to that: each is its share's
    floor or ceiling, by largest remainder, earlier ones first. Shares may have either sign.
    """
    exact = sum(numerators)
    if exact < 0:
        return [-part for part in round_shares([-n for n in numerators], denominator)]
    whole = (2 * exact + denominator) // (2 * denominator)
    parts = [numerator // denominator for numerator in numerators]
    if odd := whole - sum(parts):
        by_loss = sorted(range(len(parts)), key=lambda i: (-(numerators[i] % denominator), i))
        for i in by_loss[:odd]:
            parts[i] += 1
    return parts


@lru_cache(maxsize=1024)
def percentage_ratio(percentage: str) -> tuple[int, int]:
    """`"8.875"` as the exact ratio it means, in lowest terms: (71, 800)."""
    return (Decimal(percentage) / 100).as_integer_ratio()


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD. Source: CLDR."""
    return get_currency_precision(currency)


def to_minor(text: str, currency: str, *, field: str = "amount") -> int:
    """`"49.00"` USD → 4900. Raises Invalid, naming `field`, for anything finer or no number."""
    text = text.strip().replace("\u00a0", "")
    if len(text) > 25:  # within the 28 digits in which decimals are exact
        raise Invalid("The amount is too long.", field=field)
    try:
        amount = Decimal(text).scaleb(minor_digits(currency))
    except ArithmeticError:
        amount = Decimal("NaN")
    if not amount.is_finite() or "e" in text.lower():
        raise Invalid("Enter an amount such as 49.00.", field=field)
    whole = int(amount)
    if whole != amount:
        digits = minor_digits(currency)
        raise Invalid(
            "%(currency)s has %(digits)s decimal places; enter no more.",
            currency=currency,
            digits=digits,
            field=field,
        )
    if abs(whole) > MAX_AMOUNT:
        raise Invalid("The amount is too large.", field=field)
    return whole


def to_major(amount: int | str, currency: str) -> str:
    """4900 USD → `"49.00"`; a finer price keeps its digits (`"0.25"` → `"0.0025"`)."""
    digits = minor_digits(currency)
    major = Decimal(amount).scaleb(-digits)
    return f"{major:f}" if isinstance(amount, str) else f"{major:.{digits}f}"


class Money(NamedTuple):
    """An amount that stands in a phrase; in smallest units, decimal text where finer."""

    amount: int | str | Decimal
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def shown(self, _translate: Translate, locale: str) -> str:
        return format_money(self.amount, self.currency, locale)


@lru_cache(maxsize=4096)  # a billing run prints the same few prices over and over
def format_money(amount: int | str | Decimal, currency: str, locale: str = "en") -> str:
    """For people, in their locale: `$49.00`, `49,00 €`. Finer unit prices show every digit."""
    exact = Decimal(amount).scaleb(-minor_digits(currency))
    whole = exact == exact.quantize(Decimal(1).scaleb(-minor_digits(currency)))
    return str(
        format_currency(
            exact,
            currency,
            locale=locale,
            currency_digits=whole,
            decimal_quantization=whole,
        )
    )
