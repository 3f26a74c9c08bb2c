"""The fields that forms are made of. They keep what was typed; input models judge it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import FieldList, Form, FormField, SelectMultipleField, StringField
from wtforms.fields.choices import Choice, SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, NumberInput, PasswordInput

from billing.money import minor_digits, to_minor
from billing.phrases import Phrase
from portal.forms.numbers import decimal_text, shown, whole_text, writing_locale
from portal.languages.saying import own_words, said

_NO_AMOUNT = Phrase("Enter an amount such as 49.00.")


class TextField(StringField):
    """One line of text."""


class NumberField(StringField):
    """A whole number, kept as typed."""

    widget = NumberInput(step=1)

    def value(self, _currency: str) -> str:
        """In plain digits. Raises Invalid."""
        return whole_text(self.data or "", writing_locale())


class DecimalField(StringField):
    """A number with decimals, shown and typed as its reader writes them.

    One that is not `parted` never has thousands, such as a percentage.
    """

    def __init__(self, *args: Any, parted: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parted = parted

    def process_data(self, value: Any) -> None:
        """What is kept as plain text is shown as it is typed."""
        super().process_data(value)
        if value is not None:
            self.data = shown(str(value), writing_locale())

    def value(self, _currency: str) -> int | str:
        """As plain decimal text. Raises Invalid."""
        return decimal_text(self.data or "", writing_locale(), parted=self.parted)


class DateField(StringField):
    """A calendar date, ISO as browsers send it."""

    widget = DateInput()


class PasswordField(StringField):
    """A secret: never sent back, and not trimmed."""

    widget = PasswordInput()


class MoneyField(DecimalField):
    """An amount in major units (`49.00`). `finer` lets unit prices have more decimals."""

    def __init__(self, *args: Any, finer: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finer = finer

    def value(self, currency: str) -> int | str:
        """In smallest units; decimal text when finer. Raises Invalid."""
        digits = minor_digits(currency)
        plain = decimal_text(self.data or "", writing_locale(), digits=digits, otherwise=_NO_AMOUNT)
        whole, _, decimals = plain.partition(".")
        fine = decimals.rstrip("0")
        if not self.finer or len(fine) <= digits:
            return to_minor(plain, currency, field=self.short_name)
        to_minor(f"{whole}.{fine[:digits]}", currency, field=self.short_name)
        return f"{whole}{fine[:digits]}.{fine[digits:]}"


class BoxesField(SelectMultipleField):
    """Boxes to tick: all that is offered, and what is in use though it is offered no more.

    `offered` is asked for pairs of value and label when the form is made; `labels` for those of
    values that are not among them.
    """

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    has_boxes = True

    def __init__(
        self,
        label: str,
        offered: Callable[[], list[tuple[str, str]]],
        labels: Callable[[set[str]], list[tuple[str, str]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(label, choices=[], **kwargs)
        self._offered, self._labels = offered(), labels

    def iter_choices(self) -> Iterator[Choice]:
        """All of them, and whether each is ticked."""
        ticked = set(self.data or ())
        unknown = ticked - {value for value, _ in self._offered}
        for value, label in [*self._offered, *(self._labels(unknown) if unknown else [])]:
            yield Choice(value, label, value in ticked, {})


MOST_ROWS = 250
"""More than any model takes, which says so; that many more are not made of a hostile form."""


class RowsField(FieldList):  # type: ignore[type-arg]
    """Rows of small fields; blank ones do not count, and buttons add and remove without script.

    With `pairs`, the rows are a mapping from their field `key` to their field `value`.
    """

    def __init__(self, row: type[Form], label: str, *, pairs: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("min_entries", 1)
        kwargs.setdefault("max_entries", MOST_ROWS)
        super().__init__(FormField(row, label=label), label, **kwargs)
        self.pairs = pairs

    def process(self, formdata: Any, data: Any = None, **kwargs: Any) -> None:  # type: ignore[override]
        if self.pairs and isinstance(data, dict):
            data = [{"key": key, "value": value} for key, value in data.items()]
        super().process(formdata, data, **kwargs)

    @property
    def filled(self) -> list[Any]:
        """The rows in which something was typed."""
        return [row for row in self.entries if any(_is_typed(field) for field in row.form)]

    @property
    def is_full(self) -> bool:
        return self.max_entries is not None and len(self.entries) >= self.max_entries

    def row_of(self, part: str) -> Any:
        """The row an error path means: a position among the filled ones, or a key."""
        if self.pairs:
            matching = (row for row in self.filled if (row.form["key"].data or "").strip() == part)
            return next(matching, None)
        position = int(part) if part.isdigit() else len(self.filled)
        return self.filled[position] if position < len(self.filled) else None


def _is_typed(field: Any) -> bool:
    """A select always has a choice: it alone makes no row."""
    if isinstance(field, RowsField):
        return bool(field.filled)
    data = "" if field.data is None else str(field.data)
    return isinstance(field, StringField) and bool(data.strip())


def options(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Options of a select from pairs of value and label, in the language of who reads them."""
    return [SelectChoice(value, _said(label)) for value, label in pairs]


def _said(label: str) -> Any:
    """Forms are made before it is known who reads them; a label that is data stays as it is."""
    return LazyString(lambda: said(label)) if isinstance(label, Phrase) else label


def choices(values: Iterable[str]) -> list[SelectChoice]:
    """Options of a select: each value, which is a code of ours, with a readable label."""
    return [SelectChoice(value, LazyString(_word, value)) for value in values]


def _word(code: str) -> str:
    return own_words(code.replace("_", " ").capitalize())
