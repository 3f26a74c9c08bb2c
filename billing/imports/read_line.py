"""Reading one row of a past invoice: quantity, unit price, and the amount, rounded once."""

from decimal import Decimal
from functools import lru_cache

from billing.errors import Invalid
from billing.imports.amounts import as_price, exact_number, from_major
from billing.imports.cells import BadCell, Cells, read_value
from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.mapping import Source
from billing.imports.past_documents import PastLine
from billing.plans.pricing import price_component

_MOST_TEXT = 200


def read_line(mapping: InvoicesMapping, cells: Cells, currency: str) -> PastLine:
    """The row's line. Raises BadCell."""
    decimal = mapping.file.decimal
    quantity = as_price(_number(mapping.line["quantity"], cells, decimal))
    source = mapping.line["unit_price"]
    price = _number(source, cells, decimal)
    unit = as_price(from_major(price, currency) if source.money == "major" else price)
    said = str(read_value(mapping.line["description"], cells) or "").strip()
    amount, calculation = _priced(quantity, unit, source, cells)
    return PastLine(said[:_MOST_TEXT] or "Item", quantity, unit, amount, calculation)


def is_undescribed(mapping: InvoicesMapping, cells: Cells) -> bool:
    """Whether a cell that describes the line is blank."""
    return not all(cells[name] for name in mapping.describing)


def _priced(quantity: int | str, unit: int | str, source: Source, cells: Cells) -> tuple[int, str]:
    """The amount by our rule, quantity times unit price rounded once, and the calculation."""
    component = {"pricing_model": "per_unit", "unit_amount": unit}
    counted = quantity if isinstance(quantity, int) else Decimal(quantity)
    try:
        priced = price_component(component, counted)
    except Invalid as error:
        raise BadCell(_name(source), _text(source, cells), error.message) from None
    return priced.amount, priced.calculation


def _number(source: Source, cells: Cells, decimal: str) -> Decimal:
    text = _text(source, cells)
    try:
        return _exact(text, decimal)
    except ValueError as error:
        raise BadCell(_name(source), text, str(error)) from None


@lru_cache(maxsize=4096)  # shops ask the same few prices over and over
def _exact(text: str, decimal: str) -> Decimal:
    return exact_number(text, decimal)


def _text(source: Source, cells: Cells) -> str:
    value = read_value(source, cells)
    return "" if value is None else str(value)


def _name(source: Source) -> str:
    return ", ".join(source.columns)
