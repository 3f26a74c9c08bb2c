"""Reading what every row of a past invoice repeats: its number, its moment, whose it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from billing.customers.inputs import CustomerInput
from billing.errors import Invalid
from billing.imports.cells import BadCell, Cells, read_value
from billing.imports.convert import nested
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.mapping import Source
from billing.inputs import parse
from billing.money import CURRENCIES

_MOST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Heading:
    """What the rows of a document have in common; `moment` is UTC, `customer_key` may be None."""

    number: str
    moment: datetime
    currency: str
    customer_key: str | None


def read_heading(mapping: InvoicesMapping, cells: Cells) -> Heading:
    """The row's heading. Raises BadCell."""
    number = str(_required(mapping.invoice["number"], cells))
    if len(number) > _MOST_NUMBER or "\x00" in number:
        raise BadCell(_name(mapping.invoice["number"]), number, "is no number of an invoice")
    currency = str(_required(mapping.invoice["currency"], cells))
    if currency not in CURRENCIES:
        message = "must be a three-letter ISO 4217 code such as USD"
        raise BadCell(_name(mapping.invoice["currency"]), currency, message)
    key = read_value(mapping.customer["external_id"], cells)
    if key is None and mapping.walk_in is None:
        raise BadCell(_name(mapping.customer["external_id"]), "", "names no customer")
    moment = _moment(mapping.invoice["date"], cells, mapping.timezone)
    return Heading(number, moment, currency, None if key is None else str(key))


def read_customer(mapping: InvoicesMapping, cells: Cells) -> CustomerInput:
    """The customer that a row names. Raises BadCell."""
    values = {name: read_value(source, cells) or None for name, source in mapping.customer.items()}
    try:
        return parse(CustomerInput, nested(values))
    except Invalid as error:
        wrong = error.errors[0]
        source = mapping.customer.get(wrong.field)
        column = _name(source) if source else wrong.field
        raise BadCell(column, cells.get(column, ""), wrong.message) from None


def _moment(source: Source, cells: Cells, zone: str) -> datetime:
    text = str(_required(source, cells))
    try:
        return _instant(text, source.date_format, zone)
    except ValueError:
        form = source.date_format or "2026-01-31"
        message = f"must be a date from 1971 to 2999 in the form {form}"
        raise BadCell(_name(source), text, message) from None


@lru_cache(maxsize=4096)  # every row of a document repeats it
def _instant(text: str, form: str | None, zone: str) -> datetime:
    found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    if not 1970 < found.year < 3000:  # what ids and dates can hold, in every zone
        raise ValueError
    return found.replace(tzinfo=found.tzinfo or ZoneInfo(zone)).astimezone(UTC)


def _required(source: Source, cells: Cells) -> Any:
    value = read_value(source, cells)
    if value is None:
        raise BadCell(_name(source), "", "is required")
    return value


def _name(source: Source) -> str:
    return ", ".join(source.columns)
