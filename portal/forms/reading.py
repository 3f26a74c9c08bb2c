"""From what was typed to the values an input model takes."""

from collections.abc import Iterable
from typing import Any

from wtforms import FieldList, FormField
from wtforms.fields.core import Field
from wtforms.form import BaseForm

from billing.errors import FieldError, Invalid
from billing.phrases import Phrase
from portal.forms.fields import DecimalField, NumberField, PasswordField, RowsField
from portal.forms.numbers import WRITTEN_IN

OUTSIDE = frozenset({"csrf_token", "revision", "idempotency_key", WRITTEN_IN})


class Reader:
    """Reads a form; collects what cannot even be converted in `errors`."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.errors: list[FieldError] = []

    def read(self, form: BaseForm, path: str = "") -> dict[str, Any]:
        """Every field's value by name; blank ones are None."""
        return {
            field.short_name: self._value(field, f"{path}{field.short_name}")
            for field in form
            if field.short_name not in OUTSIDE
        }

    def _value(self, field: Field, path: str) -> Any:
        if isinstance(field, RowsField):
            return self._rows(field, path)
        if isinstance(field, FormField):
            inner = self.read(field.form, f"{path}.")
            typed = {name: value for name, value in inner.items() if value is not None}
            return typed or None
        if not isinstance(field.data, str) or isinstance(field, PasswordField):
            return field.data or None if isinstance(field.data, str) else field.data
        if isinstance(field, DecimalField | NumberField) and field.data.strip():
            return self._number(field, path)
        return field.data.strip() or None

    def _rows(self, rows: RowsField, path: str) -> Any:
        values = []
        for position, row in enumerate(rows.filled):
            inner = self.read(row.form, f"{path}.{position}.")
            values.append({n: v for n, v in inner.items() if v is not None or rows.pairs})
        return self._pairs(values, path) if rows.pairs else values

    def _pairs(self, values: list[dict[str, Any]], path: str) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        for value in values:
            key = value["key"] or ""
            if not key or key in pairs:
                problem = Phrase("is there twice" if key else "is required")
                self.errors.append(FieldError(f"{path}.{key}.key", problem))
            pairs[key] = value["value"]
        return pairs

    def _number(self, field: DecimalField | NumberField, path: str) -> Any:
        try:
            return field.value(self.currency)
        except Invalid as error:
            self.errors.append(FieldError(path, error.message))
            return None


def find_field(form: BaseForm, path: str) -> Field | None:
    """The field that a dotted error path means: `line_items.0.quantity`."""
    node: Any = form
    for part in path.split(".") if path else []:
        step = _step(node, part)
        if step is None:
            break
        node = step
    if isinstance(node, FormField):
        return next((f for f in node.form if f.type != "BooleanField"), None)
    return None if node is form else node


def find_rows(fields: Iterable[Field], name: str) -> RowsField | None:
    """The rows of that full name, also rows within a row: `charges-0-tiers`."""
    for field in fields:
        if isinstance(field, RowsField) and field.name == name:
            return field
        if isinstance(field, RowsField) and name.startswith(f"{field.name}-"):
            inner = (find_rows(entry.form, name) for entry in field.entries)
            return next((found for found in inner if found is not None), None)
    return None


def _step(node: Any, part: str) -> Any:
    if isinstance(node, RowsField):
        return node.row_of(part)
    if isinstance(node, FieldList):
        return None
    form = node.form if isinstance(node, FormField) else node
    return form[part] if isinstance(form, BaseForm) and part in form else None
