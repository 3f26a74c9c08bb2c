"""Sparse answers: which fields of a shape were asked for, and an answer with those alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from api.expansion import Expansion

Row = dict[str, Any]
Selection = dict[str, "Selection | None"]
"""The fields that are wanted; of one that holds an object, those of its fields, None for all."""

ALWAYS = ("id", "object")
"""What tells what an object is comes unasked, wherever an object has it."""


def fields_of(shape: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """The fields of a shape as answers name them, each with the shape of the objects it holds, if
    it does."""
    fields = shape.model_fields.items()
    return {field.alias or name: _inner(field.annotation) for name, field in fields}


def names_of(shape: type[BaseModel]) -> list[str]:
    """What can be asked for: each field, and each field of the objects that it holds."""
    names = []
    for name, inner in fields_of(shape).items():
        names.append(name)
        names += [f"{name}.{below}" for below in fields_of(inner)] if inner else []
    return names


def select(names: Iterable[str]) -> Selection:
    """Dotted names as a selection; who asks for all of an object and for some of it gets all."""
    selection: Selection = {}
    for name in names:
        head, _, rest = name.partition(".")
        if not rest:
            selection[head] = None
        elif (below := selection.setdefault(head, {})) is not None:
            below[rest] = None
    return selection


def whole(selection: Selection, expansion: Expansion) -> Selection:
    """A selection with all that is expanded: whole unless some of it is selected."""
    found = dict(selection)
    for name, below in expansion.items():
        selected = found.setdefault(name, None)
        if selected is not None:
            found[name] = whole(selected, below)
    return found


def pick(row: Row, selection: Selection) -> Row:
    """What is selected of an answer's object. The object is left as it is."""
    picked = {name: row[name] for name in ALWAYS if name in row}
    for name, below in selection.items():
        value = row[name]
        picked[name] = value if below is None else _within(value, below)
    return picked


def _within(value: Any, selection: Selection) -> Any:
    if isinstance(value, list):
        return [pick(row, selection) for row in value]
    return None if value is None else pick(value, selection)


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The shape within `Shape`, `Shape | None` or `list[Shape]`; keys of a dict are no fields."""
    if get_origin(annotation) is dict:
        return None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for option in get_args(annotation) if (found := _inner(option))), None)
