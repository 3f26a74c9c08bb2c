"""Whom a paper is for: the words of their language, money, numbers and dates in their manner."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.numbers import format_decimal, format_percent

from billing.money import format_money
from billing.papers.words import ENGLISH, LANGUAGES, Words

_TEXT = "Inter"
_EAST_ASIAN = ("Noto Sans Japanese", "Noto Sans S Chinese", "Noto Sans Korean")
_FIRST = {"zh": "Noto Sans S Chinese", "ko": "Noto Sans Korean"}
_OTHERS = ("DejaVu Sans", "Noto Emoji")


@dataclass(frozen=True, slots=True)
class Reader:
    """`locale` is the reader's own, such as `de_AT`; `language` the one they are spoken to in."""

    locale: str
    language: str
    words: Words
    fonts: tuple[str, ...]
    """In the order in which they are asked for a character: Japanese, Chinese and Korean share
    characters that each draws differently."""

    def money(self, amount: int | str, currency: str) -> str:
        """4900 USD → `$49.00`, `49,00 $`."""
        return format_money(amount, currency, self.locale)

    def day(self, iso: str) -> str:
        """`November 23, 2026`, `23. November 2026`."""
        return _day(iso, "long", self.locale)

    def short_day(self, iso: str) -> str:
        """`Nov 23, 2026`, `23.11.2026`."""
        return _day(iso, "medium", self.locale)

    def span(self, start: str, end: str) -> str:
        """`Nov 23 - Dec 23, 2026`, with the dash of the locale."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        return str(format_interval(first, last, "yMMMd", locale=self.locale))

    def percent(self, percentage: str) -> str:
        """`"8.875"` → `8.875%`, `8,875 %`."""
        return _percent(percentage, self.locale)

    def quantity(self, quantity: int | str) -> str:
        """`1,234.5`; every digit is shown."""
        return _quantity(quantity, self.locale)

    def country(self, code: str) -> str:
        """`DE` → `Germany`, in the language that is spoken."""
        return str(Locale(self.language).territories.get(code, code))


# A business's papers name the same few quantities, rates and days.
@lru_cache(maxsize=1024)
def _quantity(quantity: int | str, locale: str) -> str:
    return str(format_decimal(Decimal(quantity), locale=locale, decimal_quantization=False))


@lru_cache(maxsize=256)
def _percent(percentage: str, locale: str) -> str:
    share = Decimal(percentage) / 100
    return str(format_percent(share, locale=locale, decimal_quantization=False))


@lru_cache(maxsize=1024)
def _day(iso: str, width: Literal["long", "medium"], locale: str) -> str:
    return str(format_date(date.fromisoformat(iso), width, locale=locale))


@lru_cache(maxsize=256)
def reader_of(tag: str) -> Reader:
    """The reader with that language tag, such as `de-AT`; English for what is not spoken here.

    Amounts and dates keep the manner of languages that are not spoken, but of those that are
    written from right to left: between English words they could be read the wrong way round.
    """
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    if locale.text_direction == "rtl":
        locale = Locale("en")
    language = locale.language if locale.language in LANGUAGES else "en"
    first = _FIRST.get(locale.language, _EAST_ASIAN[0])
    east = sorted(_EAST_ASIAN, key=lambda family: family != first)
    words = LANGUAGES.get(language, ENGLISH)
    return Reader(str(locale), language, words, (_TEXT, *east, *_OTHERS))
