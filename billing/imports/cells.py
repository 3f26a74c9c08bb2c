"""Reading one field of a row from its source: tables, money and dates, exactly."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from billing.imports.amounts import as_price, exact_number, from_major
from billing.imports.mapping import PLACEHOLDER, FileFormat, Source
from billing.money import MAX_AMOUNT
from billing.periods import add_months

Cells = dict[str, str]
_MONTHS = re.compile(r"[0-9]{1,4}")


class BadCell(Exception):
    """A cell that cannot be read, and what to do about it."""

    def __init__(self, column: str, value: str, message: str) -> None:
        super().__init__(message)
        self.column, self.value, self.message = column, value, message


def read_value(source: Source, cells: Cells) -> Any:
    """The field's value as text, or as the mapping types it; None for a blank cell."""
    if source.template is not None:
        return PLACEHOLDER.sub(lambda found: _inserted(found, cells), source.template)
    if source.column is None:
        return source.value
    text = cells[source.column]
    if source.values is None:
        return text or None
    if text not in source.values:
        known = ", ".join(source.values)
        raise BadCell(
            source.column,
            text,
            f"is none of {known}: correct it, or add it to the mapping's values",
        )
    return source.values[text]


def _inserted(found: re.Match[str], cells: Cells) -> str:
    text = cells[found[1]]
    return text.lower() if found[2] else text


def read_price(
    source: Source, cells: Cells, currency: str, file_format: FileFormat
) -> int | str | None:
    """An exact price in smallest units: an integer, or decimal text where it is finer."""
    value = read_value(source, cells)
    if value is None:
        return None
    amount = read_number(_column(source), str(value), file_format)
    minor = from_major(amount, currency) if source.money == "major" else amount
    if abs(minor) > MAX_AMOUNT:
        raise BadCell(_column(source), str(value), "is more than can be billed")
    return as_price(minor)


def read_number(column: str, text: str, file_format: FileFormat) -> Decimal:
    """The number that the cell says, exactly. Raises BadCell."""
    try:
        return exact_number(text, file_format.decimal)
    except ValueError as error:
        raise BadCell(column, text, str(error)) from None


def read_date(source: Source, cells: Cells) -> date | None:
    """The date, gone back by the months that `minus_months` names; None for a blank cell."""
    value = read_value(source, cells)
    if value is None:
        return None
    day = value if isinstance(value, date) else _date(source, str(value))
    if not source.minus_months:
        return day
    months = read_months(source.minus_months, cells)
    try:
        return add_months(day, -months)
    except ValueError:
        raise BadCell(source.minus_months, str(months), "goes back too far") from None


def read_months(column: str, cells: Cells) -> int:
    """A whole number of months or other periods, from 0."""
    if not _MONTHS.fullmatch(text := cells[column]):
        raise BadCell(column, text, "must be a whole number, 0 or more")
    return int(text)


def _date(source: Source, text: str) -> date:
    try:
        if source.date_format:
            return datetime.strptime(text, source.date_format).date()  # noqa: DTZ007 -- a date
        return date.fromisoformat(text)
    except ValueError:
        form = source.date_format or "2026-01-31"
        raise BadCell(_column(source), text, f"must be a date in the form {form}") from None


def _column(source: Source) -> str:
    return source.column or ""
