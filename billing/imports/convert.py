"""Turning a row into the inputs of a customer and a subscription, or into what is wrong with it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from billing.customers.inputs import CustomerInput
from billing.database import Row
from billing.errors import Invalid
from billing.imports.cells import BadCell, read_date, read_months, read_price, read_value
from billing.imports.csv_rows import CsvRow
from billing.imports.entries import BadRow, Entry, Problem
from billing.imports.mapping import Mapping as ImportMapping
from billing.imports.mapping import Source
from billing.inputs import Model, parse
from billing.money import minor_digits
from billing.subscriptions.errors import PriceNotWhole
from billing.subscriptions.inputs import CancelSubscription, SubscriptionInput
from billing.subscriptions.start import check_price

T = TypeVar("T")

# Stand in while a row is judged, before its customer and perhaps its plan exist.
_UNBORN = {"customer_id": "cus_" + "0" * 26, "plan_id": "plan_" + "0" * 26}


class RowConverter:
    """Converts rows by a mapping; `terms` are what each of its plans charges."""

    def __init__(self, mapping: ImportMapping, terms: Mapping[str, Row]) -> None:
        self._mapping, self._terms = mapping, terms

    def convert(self, row: CsvRow) -> Entry | BadRow:
        """The row's inputs, or everything that is wrong with it."""
        if row.fault:
            return BadRow(row, [Problem(row.line, "", "", row.fault)])
        return _Conversion(self._mapping, self._terms, row).entry()


class _Conversion:
    """One row under way, collecting its problems instead of stopping at the first."""

    def __init__(self, mapping: ImportMapping, terms: Mapping[str, Row], row: CsvRow) -> None:
        self._mapping, self._terms, self._row = mapping, terms, row
        self.problems: list[Problem] = []

    def entry(self) -> Entry | BadRow:
        customer = self._customer()
        plan = self._plan()
        subscription = self._subscription(plan)
        day, reason = self._cancellation()
        if day and subscription and subscription.start_date and day < subscription.start_date:
            self._blame_cancellation(day, subscription.start_date)
        if self.problems or customer is None or subscription is None:
            return BadRow(self._row, self.problems)
        waits = self._nothing_elapsed()
        return Entry(self._row, customer, plan, subscription, day, reason, waits)

    def _customer(self) -> CustomerInput | None:
        sources = self._mapping.customer
        values = {name: self._read(read_value, source) for name, source in sources.items()}
        data = self._parsed(CustomerInput, nested(values), sources)
        if data and not data.external_id:
            self._blame(sources["external_id"], "is required: every row needs a key of its own")
        return data

    def _plan(self) -> str:
        source = self._mapping.subscription["plan"]
        plan = str(self._read(read_value, source) or "")
        if plan not in self._terms:
            known = ", ".join(self._terms)
            self._blame(source, f"names no plan of the mapping ({known}): correct it or add a plan")
        return plan

    def _subscription(self, plan: str) -> SubscriptionInput | None:
        sources = self._mapping.subscription
        values: dict[str, Any] = {}
        for name, source in sources.items():
            if name in ("start_date", "end_date"):
                values[name] = self._read(read_date, source)
            elif name == "price":
                values[name] = self._price(source, plan)
            elif name != "plan":
                values[name] = self._read(read_value, source)
        if values["start_date"] is None:
            self._blame(sources["start_date"], "is required: enter the first day of service")
        data = self._parsed(SubscriptionInput, {**nested(values), **_UNBORN}, sources)
        if data and data.end_date and data.start_date and data.end_date <= data.start_date:
            self._blame(sources["end_date"], f"must be after the start, {data.start_date}")
        if data and plan in self._terms:
            self._check_price(data, self._terms[plan])
        return data

    def _price(self, source: Source, plan: str) -> int | str | None:
        currency = self._terms[plan]["currency"] if plan in self._terms else "USD"
        file_format = self._mapping.file
        return self._read(lambda s, cells: read_price(s, cells, currency, file_format), source)

    def _check_price(self, data: SubscriptionInput, terms: Row) -> None:
        source = self._mapping.subscription.get("price")
        try:
            check_price(terms, data.price, data.quantity)
        except PriceNotWhole:
            digits = minor_digits(terms["currency"])
            self._blame(source, f"has more than the {digits} decimals of {terms['currency']}")
        except Invalid as error:
            self._blame(source, error.message)

    def _cancellation(self) -> tuple[date | None, str | None]:
        rule = self._mapping.cancellation
        if rule is None or (rule.when and not self._read(read_value, rule.when)):
            return None, None
        day = self._read(read_date, rule.date)
        if day is None and rule.when:
            self._blame(rule.date, "is required for a row that is cancelled: enter the date")
        reason = self._read(read_value, rule.reason) if rule.reason and day else None
        sources = {"reason": rule.reason} if rule.reason else {}
        self._parsed(CancelSubscription, {"reason": reason}, sources)
        return day, reason

    def _blame_cancellation(self, day: date, start: date) -> None:
        source = self._mapping.cancellation.date if self._mapping.cancellation else None
        self._blame(source, f"lies before the start: cancelled {day}, started {start}")

    def _nothing_elapsed(self) -> bool:
        column = self._mapping.subscription["start_date"].minus_months
        return bool(column and not read_months(column, self._row.cells))

    def _read(self, read: Callable[[Source, dict[str, str]], T], source: Source) -> T | None:
        try:
            return read(source, self._row.cells)
        except BadCell as bad:
            self.problems.append(Problem(self._row.line, bad.column, bad.value, bad.message))
            return None

    def _parsed(
        self, model: type[Model], values: dict[str, Any], sources: Mapping[str, Source]
    ) -> Model | None:
        try:
            return parse(model, values)
        except Invalid as error:
            for wrong in error.errors:
                source = sources.get(wrong.field)
                said = wrong.message if source else f"{wrong.field} {wrong.message}"
                self._blame(source, said)
            return None

    def _blame(self, source: Source | None, message: str) -> None:
        """Add a problem, unless its columns have one: a cell that cannot be read is also
        missing, and one fault is enough to be told."""
        columns = source.columns if source else []
        if any(problem.column in columns for problem in self.problems):
            return
        value = self._row.cells.get(columns[0], "") if columns else ""
        self.problems.append(Problem(self._row.line, ", ".join(columns), value, message))


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """`{"preferences.currency": "USD"}` → `{"preferences": {"currency": "USD"}}`; blanks go."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        if value is not None:
            outer, _, inner = name.partition(".")
            if inner:
                nested.setdefault(outer, {})[inner] = value
            else:
                nested[name] = value
    return nested
