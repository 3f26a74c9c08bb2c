"""How values are shown to people, in the reader's language: money, dates, numbers and words."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent
from bson.decimal128 import Decimal128
from flask_babel import gettext
from flask_babel import lazy_gettext as lazy
from markupsafe import Markup

from billing.money import format_money
from portal.languages.reader import reader_locale

NONE = Markup("\N{EN DASH}")  # stands where there is no value
_UNITS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_EVERY = {
    "day": (lazy("per day"), lazy("every %(number)s days")),
    "week": (lazy("per week"), lazy("every %(number)s weeks")),
    "month": (lazy("per month"), lazy("every %(number)s months")),
    "year": (lazy("per year"), lazy("every %(number)s years")),
}
_MONTHS = {"quarterly": 3, "semiannual": 6}


def money(amount: int | str | None, currency: str) -> str:
    """4900, USD → `$49.00`."""
    return NONE if amount is None else format_money(amount, currency, reader_locale())


def day(value: date | str | None) -> Markup:
    """A calendar date for people, the ISO date behind it for machines and on hover."""
    if not value:
        return NONE
    iso = value if isinstance(value, str) else value.isoformat()
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(iso, date_text(value))


def date_text(value: date | str | None) -> str:
    """A calendar date in words: `Nov 23, 2026`."""
    if not value:
        return str(gettext("never"))
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_date(found, "medium", locale=reader_locale()))


def month(value: date | str) -> str:
    """The month of a day in words: `Nov 2026`."""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_skeleton("yMMM", found, locale=reader_locale()))


def instant(value: datetime | None) -> Markup:
    """A moment, in UTC."""
    if not value:
        return NONE
    shown = f"{format_date(value, 'medium', locale=reader_locale())}, {value:%H:%M}"
    iso = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{0}" title="{0}">{1} UTC</time>').format(iso, shown)


def clock(value: datetime) -> Markup:
    """The time of day of a moment, in UTC."""
    iso = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{0}" title="{0}">{1} UTC</time>').format(
        iso, value.strftime("%H:%M")
    )


def quantity(value: Decimal | Decimal128 | float | str) -> str:
    """`1234.50` → `1,234.5`; text stays text."""
    if isinstance(value, str):
        return value
    exact = value.to_decimal() if isinstance(value, Decimal128) else Decimal(str(value))
    return str(format_decimal(exact, locale=reader_locale(), decimal_quantization=False))


def percent(share: Fraction | None) -> str:
    """A share of a whole: `97.5%`; a dash where there is no whole."""
    return (
        NONE
        if share is None
        else str(
            format_percent(
                Decimal(share.numerator) / share.denominator, "#,##0.#%", locale=reader_locale()
            )
        )
    )


def percentage(kept: str) -> str:
    """What is kept as decimal text: `8.875` → `8.875 %`."""
    return f"{quantity(Decimal(kept))} %"


def cycle(billing_cycle: str, count: int = 1) -> str:
    """Words for a cycle: `per month`, `every 2 months`; quarterly is `every 3 months`."""
    unit, steps = _UNITS.get(billing_cycle, "month"), _MONTHS.get(billing_cycle, 1) * count
    one, many = _EVERY[unit]
    return str(one) if steps == 1 else str(many) % {"number": steps}


def words(code: str | None) -> str:
    """`past_due` → `Past due`."""
    text = (code or "").replace("_", " ").replace(".", " ").capitalize()
    return str(gettext(text.replace("Oauth", "OAuth", 1))) if text else ""


def within(label: str) -> str:
    """A label within a sentence: English writes it small, German keeps its nouns as they are."""
    return label.lower() if reader_locale().startswith("en") else label


def address_lines(found: Any) -> list[str]:
    """A postal address, of a document or a row, as pages write it; nothing where there is none."""
    if not found:
        return []
    get = found.get if isinstance(found, Mapping) else partial(getattr, found)
    town = " ".join(filter(None, (get("postal_code"), get("city"))))
    return [*filter(None, (get("line1"), get("line2"), town, get("state"), get("country")))]


def breaking(text: str) -> Markup:
    """A web or mail address that is broken where a person would, not within a word."""
    return Markup("<wbr>").join(re.split(r"(?<=[/@])(?=[^/])", text))
