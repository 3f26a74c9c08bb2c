"""JSON schemas of inputs and answers, as OpenAPI components."""

import copy
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from billing.inputs import Input

Json = dict[str, Any]
_REF = "#/components/schemas/"


class Schemas:
    """Collects each model, and what else is referred to, once under its name."""

    def __init__(self) -> None:
        self._components: dict[str, Json] = {}
        self._added: dict[tuple[type[BaseModel], str], Json] = {}
        self._others: dict[str, dict[str, Json]] = {"responses": {}, "examples": {}}

    def input(self, model: type[BaseModel]) -> Json:
        """A reference to what may be sent."""
        return self._add(model, "validation")

    def output(self, model: type[BaseModel]) -> Json:
        """A reference to what is answered."""
        return self._add(model, "serialization")

    def patch_of(self, model: type[Input]) -> Json:
        """A reference to `model` with nothing required, at any depth."""
        self.input(model)
        return {"$ref": _REF + self._patch_component(model.__name__)}

    def listing(self, listing: type[BaseModel], item: Json) -> Json:
        """A reference to a list of what `item` refers to."""
        name = f"{item['$ref'].removeprefix(_REF)}List"
        schema = _plain(listing, "serialization")
        schema["properties"]["data"] = {"type": "array", "items": item}
        return self.put(name, {**schema, "title": name})

    def component(self, name: str) -> Json | None:
        """What is known under this name."""
        return self._components.get(name)

    def put(self, name: str, schema: Json) -> Json:
        """A reference to a schema under a name of its own."""
        if self._components.setdefault(name, schema) != schema:
            raise ValueError(f"two different schemas are called {name}")
        return {"$ref": _REF + name}

    def components(self) -> Json:
        """All of them, by kind and name."""
        found = {"schemas": self._components, **self._others}
        return {kind: dict(sorted(parts.items())) for kind, parts in found.items()}

    def shared(self, kind: str, name: str, value: Json) -> Json:
        """A reference to an example or a response that several operations have."""
        if self._others[kind].setdefault(name, value) != value:
            raise ValueError(f"two different {kind} are called {name}")
        return {"$ref": f"#/components/{kind}/{name}"}

    def inline(self, model: type[BaseModel]) -> Json:
        """A schema by itself, for parameters."""
        return _plain(model, "validation")

    def _add(self, model: type[BaseModel], mode: Any) -> Json:
        if (model, mode) not in self._added:
            schema = _plain(model, mode)
            for name, definition in schema.pop("$defs", {}).items():
                self.put(name, definition)
            self._added[model, mode] = self.put(model.__name__, schema)
        return dict(self._added[model, mode])

    def _patch_component(self, name: str) -> str:
        patched = f"{name}Patch"
        if patched not in self._components:
            self._components[patched] = {}  # taken, should the model refer to itself
            schema = copy.deepcopy(self._components[name])
            required = schema.pop("required", [])
            schema["title"] = patched
            schema["properties"] = {
                key: self._patched(value, removable=key not in required)
                for key, value in schema.get("properties", {}).items()
            }
            if metadata := schema["properties"].get("metadata"):
                _removable_entries(metadata)
            self._components[patched] = schema
        return patched

    def _patched(self, schema: Json, *, removable: bool = False) -> Json:
        """Objects merge, so theirs need nothing either; items of lists are whole. null removes
        what need not be there."""
        found = {key: value for key, value in schema.items() if key != "default"}
        if "$ref" in found:
            found["$ref"] = _REF + self._patch_component(found["$ref"].removeprefix(_REF))
        if "anyOf" in found:
            found["anyOf"] = [self._patched(option) for option in found["anyOf"]]
        if not removable or _NULL in found.get("anyOf", []):
            return found
        description = {"description": found.pop("description")} if "description" in found else {}
        return {"anyOf": [found, _NULL], **description}


_NULL: Json = {"type": "null"}


def _removable_entries(metadata: Json) -> None:
    """Entries of metadata merge one by one, and null removes one."""
    for option in metadata["anyOf"]:
        patterns = option.get("patternProperties", {})
        for pattern, value in patterns.items():
            patterns[pattern] = {"anyOf": [value, _NULL]}


class _Untitled(GenerateJsonSchema):
    """Field titles only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _plain(model: type[BaseModel], mode: Any) -> Json:
    schema: Json = _completed(
        model.model_json_schema(
            mode=mode, ref_template=_REF + "{model}", schema_generator=_Untitled
        )
    )
    return schema


# The library leaves bounds behind a validator function under its own names.
_BOUNDS = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
}


def _completed(schema: Any) -> Any:
    """With all that is checked: bounds under their standard names, and keys that must match; and
    with what is deprecated said in words."""
    if isinstance(schema, list):
        return [_completed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _completed(value) for name, value in schema.items()}
    if "type" in found:
        found = {_BOUNDS.get(name, name): value for name, value in found.items()}
    if "patternProperties" in found:
        found.setdefault("additionalProperties", False)
    if isinstance(words := found.pop("x-deprecation", None), str):
        found["description"] = " ".join(filter(None, [found.get("description"), words]))
    return found
