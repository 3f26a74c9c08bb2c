"""One form for one input model: shows, reads, and carries the model's findings back."""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.fields.core import Field

from billing.errors import (
    BillingError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    StaleRevision,
    Unauthenticated,
)
from billing.inputs import Input, parse
from portal.forms.fields import RowsField
from portal.forms.findings import errors_within, sentence
from portal.forms.numbers import WRITTEN_IN, writing_locale
from portal.forms.reading import OUTSIDE, Reader, find_field, find_rows
from portal.languages.saying import own_words, said
from portal.problems import status_of
from portal.repeats.act import fresh_key
from portal.repeats.once import do_once
from portal.set_aside import typed_before

T = TypeVar("T")

PREVIEW = "preview"
"""Names the button that asks what would be done, and the part of a page that says it."""


_NUMBER = re.compile(r"[0-9]{1,15}")


class Nothing(Input):
    """The input of an act that needs none."""


class InputForm(FlaskForm):  # type: ignore[misc]
    """Subclasses name their `model` and declare fields of the same names."""

    model: ClassVar[type[Input]] = Nothing
    revision = HiddenField()
    idempotency_key = HiddenField()
    written_in = HiddenField()

    def __init__(
        self, current: Input | None = None, *, revision: int | None = None, **given: Any
    ) -> None:
        """Filled from `current` or `given` until something is posted.

        `revision` is the one that was read: it travels along and comes back with the post, as
        do the key by which a form that is sent twice is recognised, and the locale in which its
        numbers are written.
        """
        data = {**(self.shown(current.model_dump(mode="json")) if current else {}), **given}
        data |= {"revision": revision, "idempotency_key": fresh_key()}
        data |= {WRITTEN_IN: writing_locale()}
        before = typed_before()
        super().__init__(**({} if before is None else {"formdata": before}), data=data)
        self.current = current
        self.alerts: list[str] = []
        self.http_status = 200
        self.is_stale = False
        self.retry_after = 0
        for field in self:
            info = self.model.model_fields.get(field.short_name)
            if info and info.is_required() and not isinstance(field, RowsField):
                field.flags.required = True

    def shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """The model's values as they are typed: money in major units."""
        return values

    def meant(self, values: dict[str, Any]) -> dict[str, Any]:
        """Of the values that were typed, those that count under the choices that were made."""
        return values

    @property
    def amounts_in(self) -> str:
        """The currency in which this form's amounts are typed."""
        found = self["currency"].data if "currency" in self else None
        return (found or "USD").strip().upper()

    @property
    def expected_revision(self) -> int | None:
        """The revision that the reader saw; what no form of ours has said is that of nothing."""
        typed = str(self.revision.data or "")
        return (int(typed) if _NUMBER.fullmatch(typed) else -1) if typed else None

    def parse(self) -> Any:
        """What was typed, as the model. Raises Invalid with everything that is wrong."""
        reader = Reader(self.amounts_in)
        values = {**self._kept(), **dict(self._filled(self.meant(reader.read(self))))}
        found: list[FieldError] = []
        try:
            parsed = parse(self.model, values)
        except Invalid as error:
            found = error.errors
        told = {error.field for error in reader.errors}
        errors = reader.errors + [error for error in found if error.field not in told]
        if errors:
            raise Invalid("Some fields are not valid.", errors=errors)
        return parsed

    def _kept(self) -> dict[str, Any]:
        """What the model knows and this form does not show."""
        names = type(self.current).model_fields if self.current else {}
        return {name: getattr(self.current, name) for name in names if name not in self}

    def _filled(self, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Blank fields take the model's default; without one they are missing."""
        for name, value in values.items():
            info = self.model.model_fields[name]
            if value is not None:
                yield name, value
            elif not info.is_required():
                yield name, info.get_default(call_default_factory=True)

    def submit(self, save: Callable[[Any], T], *, in_stages: bool = False) -> T | None:
        """`save` what was posted, once; a `save` that gives None did nothing.

        In one transaction, unless it takes several or asks somebody else (`in_stages`). None
        when nothing was posted, only a preview, or it was refused.
        """
        if request.method != "POST" or PREVIEW in request.form or self._rows_changed():
            return None
        return self.attempt(lambda data: do_once(lambda: save(data), in_stages=in_stages))

    def attempt(self, save: Callable[[Any], T]) -> T | None:
        """`save` what the fields hold. None when it was refused, which the form then says."""
        try:
            return save(self.parse())
        except NotFound as error:
            # `customer_not_found` is about the field customer_id where the form has one.
            field = error.field or error.code.replace("_not_found", "_id")
            if field not in self:
                raise
            self.refuse(Invalid(error.message, field=field))
        except Forbidden:
            raise
        except BillingError as error:
            self.refuse(error)
        return None

    def refuse(self, error: BillingError) -> None:
        """Put each finding beside its field, and what has no field on top."""
        self.http_status = 422 if error.errors else status_of(error)
        if isinstance(error, Unauthenticated):
            self.http_status = 422  # the wrong password of a form is no missing authentication
        self.is_stale = isinstance(error, StaleRevision)
        self.retry_after = error.retry_after or 0
        for found in error.errors:
            field, told = find_field(self, found.field), said(found.message)
            if field is None:
                self.alerts.append(sentence(own_words(found.field.replace("_", " ")), told))
            else:
                field.errors = [*field.errors, sentence(own_words(field.label.text), told)]
        if not error.errors and not self.is_stale:
            self.alerts.append(said(error.message))

    def problems(self) -> list[str]:
        """Everything that was found wrong, in sentences, for where the fields are not in sight."""
        return [*self.alerts, *(text for field in self for text in errors_within(field))]

    def _rows_changed(self) -> bool:
        """Whether the button that was pressed adds a row (`add:name`) or removes one."""
        act, _, rest = request.form.get("rows", "").partition(":")
        name, _, position = rest.partition(":")
        rows = find_rows(self, name) if act else None
        if rows is None:
            return False
        if act == "add" and not rows.is_full:
            rows.append_entry()
        elif act == "remove" and _NUMBER.fullmatch(position):
            del rows.entries[int(position) : int(position) + 1]
        return True

    def first_finding(self, error: BillingError) -> str:
        """A refusal in one sentence that names its field by the label."""
        found = error.errors[0] if error.errors else None
        field = find_field(self, found.field) if found else None
        return sentence(
            own_words(field.label.text) if field else "",
            said(found.message if found else error.message),
        )

    def shown_fields(self) -> list[Field]:
        """The fields in order, without what travels hidden."""
        return [field for field in self if field.short_name not in OUTSIDE]
