"""The query parameters that shape an answer, made for each kind of object from its shape."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from api.answers import Answer, One, PageOf, Plain, Resource
from api.expansion import MOST, Expansion, asked, expandable, expansion_of
from api.query import SHAPING, Query
from api.selection import Selection, fields_of, names_of, select, whole
from api.shaping import Shaping

_LONGEST = 4000
_FIELDS = (
    "Only these fields of each object, with commas between; `id` and `object` always come. What is "
    "expanded comes whole unless fields of it are named."
)
_EXPAND = (
    f"What ids name, beside the ids and as its own GET shows it; at most {MOST} names with commas "
    "between. null where there is none. Needs the scope that its own GET needs."
)


@dataclass(frozen=True)
class ShapingParameters:
    """What can be asked of objects of a shape; `kind` where they are a kind that has references."""

    shape: type[BaseModel]
    kind: Resource | None = None

    def extend(self, query: type[Query]) -> type[Query]:
        """The query model with these parameters."""
        name, added = self.shape.__name__, {}
        if names := self.expandable:
            schema = _schema(f"{name}Expandable", names) | {"maxItems": MOST}
            added["expansion"] = _parameter("expand", _EXPAND, self.read_expand, schema)
        schema = _schema(f"{name}Field", self.fields)
        added["selection"] = _parameter("fields", _FIELDS, self.read_fields, schema)
        return _extended(query, added)

    def asked_in(self, query: Query) -> Shaping | None:
        """What a request wants; None for the whole object, which is the usual case."""
        if query.model_fields_set.isdisjoint(SHAPING):
            return None
        expanded, selection = (getattr(query, name, None) for name in SHAPING)
        return Shaping(self.kind, expansion_of(expanded or ()), selection)

    @cached_property
    def expandable(self) -> list[str]:
        """All that `expand` takes."""
        return expandable(self.kind) if self.kind else []

    @cached_property
    def fields(self) -> list[str]:
        """All that `fields` takes, whatever is expanded."""
        return list(
            dict.fromkeys(names_of(self.shape) + self._there(expansion_of(self.expandable)))
        )

    def read_expand(self, text: Any, _: ValidationInfo) -> tuple[str, ...]:
        """The parameter `expand`. Raises ValueError naming what cannot be expanded."""
        if str(text).count(",") >= MOST:
            raise ValueError(f"must have at most {MOST} entries")
        return _names(text, self.expandable, "{} cannot be expanded here")

    def read_fields(self, text: Any, info: ValidationInfo) -> Selection:
        """The parameter `fields`. Raises ValueError naming what is no field."""
        return self._selection(text, info.data.get("expansion") or ())

    @cached_property
    def _selection(self) -> Callable[[Any, tuple[str, ...]], Selection]:
        """Callers ask for the same again and again, and checking costs more than it to read."""
        return lru_cache(maxsize=200)(self._select)

    def _select(self, text: Any, expanded: tuple[str, ...]) -> Selection:
        names, expansion = (
            _names(text, self.fields, "{} is not a field here"),
            expansion_of(expanded),
        )
        there = self._there(expansion)
        if absent := [name for name in names if name not in there]:
            raise ValueError(self._absent(absent[0], expansion))
        return whole(select(names), expansion)

    def _there(self, expansion: Expansion) -> list[str]:
        """The names of all that is in an answer; what is expanded takes its name over."""
        names = names_of(self.shape)
        for reference, below in asked(self.kind, expansion) if self.kind else ():
            inner = [*fields_of(reference.kind.shape), *below]
            names = [name for name in names if not name.startswith(f"{reference.name}.")]
            names += [reference.name, *(f"{reference.name}.{name}" for name in inner)]
        return names

    def _absent(self, name: str, expansion: Expansion) -> str:
        head = name.partition(".")[0]
        if name in self.expandable or head not in expansion:
            return f"{name} needs expand={name if name in self.expandable else head}"
        return f"{name} is not a field of what expand={head} gives"


def shaping_parameters(answer: Answer, *, reads: bool) -> ShapingParameters | None:
    """Those of an answer; None for one without objects of a kind that is not just read."""
    if isinstance(answer, One | PageOf):
        return ShapingParameters(answer.resource.shape, answer.resource)
    return ShapingParameters(answer.shape) if reads and isinstance(answer, Plain) else None


def _extended(query: type[Query], added: dict[str, tuple[Any, Any]]) -> type[Query]:
    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {name: kind for name, (kind, _) in added.items()},
        # To look for docstrings in the source again would take longer than all the rest.
        "model_config": ConfigDict(use_attribute_docstrings=False),
        **{name: field for name, (_, field) in added.items()},
    }
    extended: type[Query] = cast(Any, type(query))(query.__name__, (query,), namespace)
    return extended


def _parameter(
    alias: str, description: str, read: Callable[[Any, ValidationInfo], Any], schema: Any
) -> tuple[Any, Any]:
    kind = Annotated[Any, BeforeValidator(read), WithJsonSchema(schema)]
    return kind, Field(None, alias=alias, description=description)


def _schema(title: str, names: list[str]) -> dict[str, Any]:
    items = {"type": "string", "title": title, "enum": names}
    return {"type": "array", "minItems": 1, "items": items}


def _names(text: Any, known: list[str], complaint: str) -> tuple[str, ...]:
    if len(str(text)) > _LONGEST:
        raise ValueError(f"must have at most {_LONGEST} characters")
    names = tuple(dict.fromkeys(str(text).split(",")))
    if unknown := [name for name in names if name not in known]:
        raise ValueError(complaint.format(unknown[0][:100]))
    return names
