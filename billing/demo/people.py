"""Made-up customers: companies that do not exist, at addresses of the right form."""

from dataclasses import dataclass
from random import Random
from typing import Any

from billing.customers.inputs import CustomerInput
from billing.inputs import parse


@dataclass(frozen=True, slots=True)
class Country:
    """Where a customer may live; a city is its name, state and postal code."""

    code: str
    locale: str
    timezone: str
    currency: str
    suffix: str
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str | None, str], ...]
    phone: str | None = None


# Phone numbers are from the ranges that are set aside for fiction.
COUNTRIES = (
    Country("US", "en-US", "America/New_York", "USD", "Inc.",
            ("{n} Maple Street", "{n} Harbor Avenue", "{n} Juniper Road"),
            (("Portland", "ME", "04101"), ("Albany", "NY", "12207"), ("Durham", "NC", "27701")),
            "+1 202-555-01{n:02d}"),
    Country("US", "en-US", "America/Los_Angeles", "USD", "LLC",
            ("{n} Mission Road", "{n} Alder Way", "{n} Canyon Drive"),
            (("Oakland", "CA", "94607"), ("Spokane", "WA", "99201"), ("Eugene", "OR", "97401")),
            "+1 202-555-01{n:02d}"),
    Country("CA", "en-CA", "America/Toronto", "USD", "Ltd.",
            ("{n} King Street West", "{n} Birch Crescent"),
            (("Toronto", "ON", "M5H 1A1"), ("Kingston", "ON", "K7L 1A1"))),
    Country("GB", "en-GB", "Europe/London", "GBP", "Ltd",
            ("{n} Mill Lane", "{n} Church Row", "{n} Station Road"),
            (("Leeds", None, "LS1 1AA"), ("Bristol", None, "BS1 1AA")),
            "+44 1632 9600{n:02d}"),
    Country("DE", "de-DE", "Europe/Berlin", "EUR", "GmbH",
            ("Lindenstraße {n}", "Am Markt {n}", "Gartenweg {n}"),
            (("Leipzig", None, "04109"), ("Freiburg", None, "79098"), ("Kassel", None, "34117"))),
    Country("FR", "fr-FR", "Europe/Paris", "EUR", "SAS",
            ("{n} rue des Tilleuls", "{n} quai du Port"),
            (("Nantes", None, "44000"), ("Lyon", None, "69002"))),
    Country("NL", "nl-NL", "Europe/Amsterdam", "EUR", "B.V.",
            ("Molenweg {n}", "Havenkade {n}"),
            (("Utrecht", None, "3511 AA"), ("Groningen", None, "9711 AA"))),
    Country("ES", "es-ES", "Europe/Madrid", "EUR", "S.L.",
            ("Calle del Olmo {n}", "Avenida del Puerto {n}"),
            (("Valencia", None, "46001"), ("Bilbao", None, "48001"))),
    Country("JP", "ja-JP", "Asia/Tokyo", "JPY", "K.K.",
            ("{n}-3-1 Midorigaoka", "{n}-2-8 Hinode"),
            (("Yokohama", "Kanagawa", "220-0001"), ("Sendai", "Miyagi", "980-0001"))),
    Country("AU", "en-AU", "Australia/Sydney", "USD", "Pty Ltd",
            ("{n} Wattle Street", "{n} Quarry Road"),
            (("Newcastle", "NSW", "2300"), ("Hobart", "TAS", "7000"))),
)  # fmt: skip

_FIRST = (
    "Amber", "Birch", "Cobalt", "Drift", "Ember", "Fern", "Granite", "Harbor", "Indigo", "Juniper",
    "Kestrel", "Lumen", "Maple", "Nimbus", "Otter", "Pebble", "Quartz", "Raven", "Saffron", "Tidal",
)  # fmt: skip
_SECOND = (
    "Analytics", "Bakery Supplies", "Cycles", "Dental", "Design", "Freight", "Gardens", "Labs",
    "Logistics", "Optics", "Press", "Robotics", "Studios", "Textiles", "Tools", "Travel",
)  # fmt: skip


def make_customers(chance: Random, count: int) -> list[CustomerInput]:
    """`count` customers with different names, the same for the same seed."""
    pairs = [(first, second) for first in _FIRST for second in _SECOND]
    return [
        _customer(chance, number, f"{first} {second}")
        for number, (first, second) in enumerate(chance.sample(pairs, count), start=1)
    ]


def _customer(chance: Random, number: int, name: str) -> CustomerInput:
    country = chance.choice(COUNTRIES)
    values: dict[str, Any] = {
        "name": f"{name} {country.suffix}",
        "email": f"accounts@{name.lower().replace(' ', '-')}.example",
        "address": _address(chance, country),
        "preferences": {
            "currency": country.currency,
            "locale": country.locale,
            "timezone": country.timezone,
            "payment_terms_days": chance.choice((7, 14, 14, 30)),
        },
        "external_id": f"C-{1000 + number}",
    }
    if country.phone:
        values["phone"] = country.phone.format(n=number % 100)
    return parse(CustomerInput, values)


def _address(chance: Random, country: Country) -> dict[str, Any]:
    city, state, postal_code = chance.choice(country.cities)
    return {
        "line1": chance.choice(country.streets).format(n=chance.randint(1, 140)),
        "city": city,
        "state": state,
        "postal_code": postal_code,
        "country": country.code,
    }
