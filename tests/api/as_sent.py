"""Whether a request, as it went out, is one that the document allows.

A fuzzer makes requests that are wrong, and some are put right on their way: an empty list is no
parameter in an address, our token stands in for a missing one, and text that is too long only by
the spaces around it is trimmed by the API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from jsonschema import Draft202012Validator

Json = dict[str, Any]


def is_as_documented(case: schemathesis.Case, request: Any) -> bool:
    """Whether path, query, headers and body are all as the operation's document wants them."""
    whole, operation = case.operation.schema.raw_schema, case.operation.definition.raw
    parameters = operation.get("parameters", [])
    given = {
        "path": _once(case.path_parameters.items()),
        "query": _once(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)),
        "header": {name.lower(): value for name, value in case.headers.items()},
    }
    undeclared = given["query"].keys() - {p["name"] for p in parameters if p["in"] == "query"}
    wrong = [p for p in parameters if not _fits(p, given[p["in"]])]
    return not undeclared and not wrong and _is_body_good(request, operation, whole)


def _once(pairs: Any) -> dict[str, Any]:
    """What is given twice fits nothing."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = [found[name], value] if name in found else value
    return found


def _fits(parameter: Json, given: Json) -> bool:
    name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
    if name not in given:
        return not parameter["required"]
    return any(_is_valid(parameter["schema"], value) for value in _readings(given[name]))


def _readings(value: Any) -> Iterator[Any]:
    """Text of an address or a header may stand for a number or a truth."""
    yield value
    if not isinstance(value, str):
        return
    if re.fullmatch(r"[0-9]{1,9}", value):
        yield int(value)
    if value in {"true", "false"}:
        yield value == "true"


def _is_body_good(request: Any, operation: Json, whole: Json) -> bool:
    if "requestBody" not in operation or not request.body:
        return not request.body
    schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
    components = {"components": whole["components"]}
    return _is_valid({**schema, **components}, _trimmed(json.loads(request.body)))


def _trimmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _trimmed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_trimmed(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def _is_valid(schema: Json, value: Any) -> bool:
    return Draft202012Validator(schema).is_valid(value)
