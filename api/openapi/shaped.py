"""What `fields` and `expand` make of answers, as OpenAPI schemas."""

import copy
from typing import Any

from pydantic import BaseModel

from api import references
from api.answers import Resource
from api.openapi.schemas import Schemas
from api.selection import ALWAYS, fields_of
from api.shaping_parameters import ShapingParameters

Json = dict[str, Any]
_NULL: Json = {"type": "null"}


def shaped(shaping: ShapingParameters, schemas: Schemas) -> Json:
    """A reference to what `fields` and `expand` make of an object."""
    return _part(shaping.shape, shaping.kind or _kind_of(shaping.shape), schemas)


def _kind_of(shape: type[BaseModel]) -> Resource | None:
    return next((r.kind for r in references.ALL if r.kind.shape is shape), None)


def _part(shape: type[BaseModel], kind: Resource | None, schemas: Schemas) -> Json:
    name = f"{shape.__name__}Part"
    if (taken := schemas.component(name)) is not None:
        return schemas.put(name, taken)
    schemas.output(shape)
    part = copy.deepcopy(schemas.component(shape.__name__) or {})
    reference = schemas.put(name, part)  # should what it refers to refer to it
    part["title"] = name
    part["description"] = f"A {shape.__name__} with the fields that were asked for."
    part["required"] = [field for field in ALWAYS if field in part["properties"]]
    _relax(part["properties"], shape, schemas)
    _expand(part["properties"], kind, schemas)
    return reference


def _relax(properties: Json, shape: type[BaseModel], schemas: Schemas) -> None:
    """Objects within can be had in part too."""
    for name, inner in fields_of(shape).items():
        if inner:
            part = _part(inner, _kind_of(inner), schemas)
            properties[name] = _replaced(properties[name], schemas.output(inner), part)


def _expand(properties: Json, kind: Resource | None, schemas: Schemas) -> None:
    """What is expanded stands under the reference's name, beside what may stand there anyway."""
    for reference in kind.references if kind else ():
        options = properties.get(reference.name, {"anyOf": []})["anyOf"]
        whole = schemas.output(reference.kind.shape)
        part = _part(reference.kind.shape, reference.kind, schemas)
        others = [option for option in options if option != _NULL]
        described = f"With `expand={reference.name}`: what `{reference.id_field}` names."
        properties[reference.name] = {
            "anyOf": [*others, whole, part, _NULL],
            "description": described,
        }


def _replaced(schema: Any, old: Json, new: Json) -> Any:
    """A schema that refers to `new` wherever it referred to `old`."""
    if isinstance(schema, list):
        return [_replaced(item, old, new) for item in schema]
    if not isinstance(schema, dict):
        return schema
    replaced = {name: _replaced(value, old, new) for name, value in schema.items()}
    return replaced | new if schema.get("$ref") == old["$ref"] else replaced
