"""Pure: what every kind of paper is put together from.

A paper's data is what its template under templates/papers shows, all of it text:
{kind, language, fonts, title, number, marks, page, seller, facts, parties, headline, columns,
lines, sums, remarks}. `facts` are rows of a label and a value, `sums` too and whether it is what
matters. `lines` are {text, under, cells}: cells are all columns but the first. `remarks` are
{title, text}. `marks` stand across each page.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from billing.database import Row
from billing.papers.reader import Reader
from billing.papers.texts import line, prose

Data = dict[str, Any]
Pair = tuple[str, str]


class Sum(NamedTuple):
    """One row below the lines."""

    label: str
    value: str
    matters: bool = False


_STATE_THEN_CODE = frozenset({"US", "CA", "AU"})
_VAT = re.compile(r"^[A-Z]{2}[A-Z0-9]{2,}$")


def paper_base(reader: Reader, kind: str, number: str | None, seller: Row) -> Data:
    """What all papers begin with."""
    return {
        "kind": kind,
        "language": reader.language,
        "fonts": list(reader.fonts),
        "title": getattr(reader.words, kind),
        "number": line(number or ""),
        "page": reader.words.page,
        "seller": line(seller["name"]),
        "headline": "",
        "columns": [],
        "lines": [],
        "sums": [],
        "remarks": [],
    }


def marks(reader: Reader, *, status: str = "", is_test: bool = False) -> list[str]:
    """What is written across the pages, so that nobody takes it for a claim."""
    found = [getattr(reader.words, status)] if status in {"draft", "void"} else []
    return [*found, *([reader.words.test] if is_test else [])]


def facts(*pairs: tuple[str, str | None]) -> list[Pair]:
    """Those that have a value."""
    return [(label, line(value)) for label, value in pairs if value]


def remarks(*pairs: tuple[str, str | None]) -> list[Row]:
    """Those that have a text; the title may be empty."""
    return [{"title": title, "text": prose(text)} for title, text in pairs if text]


def parties(reader: Reader, seller: Row, customer: Row) -> list[Row]:
    """Who wrote it and whom it is for, each {title, name, lines}."""
    return [
        _party(reader.words.seller, seller, [*_address(reader, seller), *_own_tax(reader, seller)]),
        _party(
            reader.words.customer,
            customer,
            [*_address(reader, customer), customer.get("email"), *_tax_ids(reader, customer)],
        ),
    ]


def _party(title: str, party: Row, lines: Iterable[str | None]) -> Row:
    shown = [line(text) for text in lines if text]
    return {"title": title, "name": line(party["name"]), "lines": shown}


def _address(reader: Reader, party: Row) -> list[str]:
    """As its country writes one; most put the code before the city."""
    get = (party.get("address") or {}).get
    city, state, code, country = get("city"), get("state"), get("postal_code"), get("country")
    place: list[str | None]
    if country in _STATE_THEN_CODE:
        place = [", ".join(filter(None, [city, _joined(state, code)]))]
    else:
        place = [_joined(code, city), state]
    name = reader.country(country) if country else None
    return [part for part in (get("line1"), get("line2"), *place, name) if part]


def _joined(*parts: str | None) -> str:
    return " ".join(filter(None, parts))


def _own_tax(reader: Reader, seller: Row) -> list[str]:
    tax_id = seller.get("tax_id")
    return [_tax_id(reader, tax_id, is_vat=bool(_VAT.match(tax_id)))] if tax_id else []


def _tax_ids(reader: Reader, customer: Row) -> list[str]:
    return [
        _tax_id(reader, tax["value"], is_vat=tax["type"].endswith("_vat"))
        for tax in customer.get("tax_ids") or []
    ]


def _tax_id(reader: Reader, value: str, *, is_vat: bool) -> str:
    words = reader.words.vat_id if is_vat else reader.words.tax_id
    return words.replace("{value}", value)


def tax_sums(reader: Reader, taxes: Sequence[Row], currency: str) -> list[Sum]:
    """A row for each rate: what it is taken of, where that is known, and what it comes to."""
    return [
        Sum(line(_tax_label(reader, tax, currency)), reader.money(tax["amount"], currency))
        for tax in taxes
    ]


def _tax_label(reader: Reader, tax: Row, currency: str) -> str:
    words, said = reader.words, f"{tax['name']} {reader.percent(tax['percentage'])}"
    if (base := tax.get("taxable_amount")) is not None:
        said = filled(words.tax_on, tax=said, base=reader.money(base, currency))
    return filled(words.tax_contained, tax=said) if tax["inclusive"] else said


def filled(words: str, **values: str) -> str:
    """Words with their places filled; values are text and are not looked into."""
    return re.sub(r"\{(\w+)\}", lambda place: values[place.group(1)], words)
