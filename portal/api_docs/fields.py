"""A JSON schema as fields that people read: names, types in words, rules, and what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_DEEPEST = 5
_FORMATS = {"date-time": "instant", "date": "date", "email": "email address"}
_ID_PATTERN = "_[0-9A-Z]{26}$"
_WORDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "above {}",
    "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "maxProperties": "at most {} entries",
}

_NOT_EMPTY = {("minLength", 1), ("minItems", 1)}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object, or one parameter."""

    name: str
    type: str
    required: bool = False
    description: str = ""
    rules: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    deprecated: bool = False
    fields: list[Field] = field(default_factory=list)
    place: str = ""
    """Of a parameter: `path`, `query` or `header`."""


class Shapes:
    """Reads the schemas of one document."""

    def __init__(self, document: Json) -> None:
        self._schemas: Json = document["components"]["schemas"]

    def name_of(self, schema: Json) -> str | None:
        """The component that a schema refers to, None for one by itself."""
        ref: str | None = schema.get("$ref")
        return ref.removeprefix(_SCHEMAS) if ref else None

    def resolved(self, schema: Json) -> Json:
        """The schema itself, where it refers to a component."""
        name = self.name_of(schema)
        return {**self._schemas[name], **_without_ref(schema)} if name else schema

    def fields(self, schema: Json, depth: int = 0) -> list[Field]:
        """The fields of an object, or of what is inside of a list or choice."""
        whole = next(self._objects(schema), None)
        if whole is None or depth > _DEEPEST:
            return []
        required = whole.get("required", [])
        return [
            self.one(name, part, required=name in required, depth=depth)
            for name, part in whole["properties"].items()
        ]

    def one(self, name: str, schema: Json, *, required: bool, depth: int = 0) -> Field:
        """One field in words."""
        whole = self.resolved(schema)
        return Field(
            name=name,
            type=self.type_of(schema),
            required=required,
            description=whole.get("description", "") if "$ref" not in schema else _own(schema),
            rules=list(_rules(whole)),
            choices=self._choices(whole),
            deprecated=whole.get("deprecated", False),
            fields=self.fields(schema, depth + 1),
        )

    def type_of(self, schema: Json) -> str:
        """`list of id or null` and the like."""
        whole = self.resolved(schema)
        if "anyOf" in whole:
            return " or ".join(dict.fromkeys(self.type_of(option) for option in whole["anyOf"]))
        if "const" in whole:
            return f"“{whole['const']}”"
        if whole.get("type") == "array":
            return f"list of {self.type_of(whole.get('items', {}))}"
        if whole.get("type") == "string":
            return _text_type(whole)
        kind = str(whole.get("type", "any"))
        return {"boolean": "true or false"}.get(kind, kind)

    def _objects(self, schema: Json) -> Iterator[Json]:
        """The first object with fields in it: itself, of a list's entries or of a choice."""
        whole = self.resolved(schema)
        if "properties" in whole:
            yield whole
        if "items" in whole:
            yield from self._objects(whole["items"])
        for option in whole.get("anyOf", []):
            yield from self._objects(option)
        if isinstance(values := whole.get("additionalProperties"), dict):
            yield from self._objects(values)

    def _choices(self, whole: Json) -> list[str]:
        options = [whole, *(self.resolved(option) for option in whole.get("anyOf", []))]
        options += [self.resolved(whole["items"])] if "items" in whole else []
        return [str(choice) for option in options for choice in option.get("enum", [])]


def _without_ref(schema: Json) -> Json:
    return {name: value for name, value in schema.items() if name != "$ref"}


def _own(schema: Json) -> str:
    """What a field says itself, not what its shape says of all such objects."""
    return str(schema.get("description", ""))


def _text_type(whole: Json) -> str:
    if str(whole.get("pattern", "")).endswith(_ID_PATTERN):
        return "id"
    return _FORMATS.get(whole.get("format", ""), "text")


def _rules(whole: Json) -> Iterator[str]:
    options = [option for option in whole.get("anyOf", []) if option != {"type": "null"}]
    for option in (whole, *(options if len(options) == 1 else ())):
        for name, words in _WORDS.items():
            if name in option and (name, option[name]) not in _NOT_EMPTY:
                yield words.format(f"{option[name]:,}")
        if any(option.get(name) == least for name, least in _NOT_EMPTY):
            yield "not empty"
    if whole.get("default") not in (None, [], {}, ""):
        default = whole["default"]
        yield f"{str(default).lower() if isinstance(default, bool) else default} where left out"
