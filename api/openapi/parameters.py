"""Path, query and header parameters, as OpenAPI has them."""

import re
from typing import Any

from api.endpoint import Endpoint
from api.openapi.examples import parameter_example
from api.openapi.schemas import Schemas

Json = dict[str, Any]


def parameters(endpoint: Endpoint, schemas: Schemas) -> list[Json]:
    """Path, query and header parameters of an endpoint."""
    names = re.findall(r"<(\w+)>", endpoint.path)
    found = [
        _path_parameter(name) | parameter_example(endpoint.name, "path", name) for name in names
    ]
    model = schemas.inline(endpoint.parameters)
    for name, schema in model.get("properties", {}).items():
        parameter = _query_parameter(name, schema, name in model.get("required", []))
        if schema.get("type") == "array":
            schema["items"] = schemas.put(schema["items"]["title"], schema["items"])
            parameter |= {"style": "form", "explode": False}
        found.append(parameter | parameter_example(endpoint.name, "query", name))
    if endpoint.is_conditional:
        found.append(_IF_NONE_MATCH)
    if endpoint.revised:
        found.append(_IF_MATCH)
    if endpoint.is_repeatable:
        found.append(_IDEMPOTENCY_KEY)
    return found


_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag the object had when you read it; 412 when it has changed since.",
    "schema": {"type": "string"},
    "example": '"3"',
}


_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer you have; 304 without a body while it is still that.",
    "schema": {"type": "string"},
    "example": '"3"',
}


_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request, such as a UUID. Sent again with the same key within 24 "
    "hours, it is not done again: its first answer is given, with `Idempotent-Replayed: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _path_parameter(name: str) -> Json:
    schema = {"type": "string", "minLength": 1, "maxLength": 64}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(name: str, schema: Json, required: bool) -> Json:
    description = schema.pop("description", None)
    # A parameter that is absent is null for us, but null cannot be written in a URL.
    options = [o for o in schema.pop("anyOf", []) if o != {"type": "null"}]
    schema |= options[0] if len(options) == 1 else {"anyOf": options} if options else {}
    if schema.get("default", ...) is None:
        del schema["default"]
    parameter: Json = {"name": name, "in": "query", "required": required, "schema": schema}
    if schema.pop("deprecated", False):
        parameter["deprecated"] = True
    return parameter | ({"description": description} if description else {})
