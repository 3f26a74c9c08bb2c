"""The OpenAPI document as a whole, and its operations."""

from collections import defaultdict
from typing import Any

from api.endpoint import Endpoint, Endpoints
from api.openapi.answers import responses
from api.openapi.examples import body_example
from api.openapi.headers import HEADERS
from api.openapi.parameters import parameters
from api.openapi.schemas import Schemas
from api.openapi.security import SCHEMES, security
from api.openapi.webhooks import webhooks

Json = dict[str, Any]

VERSION = "2026-11-26"  # the day of the newest entry of docs/api-changelog.md

_INTRODUCTION = """
JSON in, JSON out; unknown fields and parameters are refused. Money is an integer in the currency's
smallest unit, dates are ISO 8601, ids are prefixed.

Programs get an access token by OAuth 2 (`/oauth/token`), people sign in at `/auth/login`; send it
as `Authorization: Bearer …`. Errors are problem documents (RFC 9457) with a stable `code`. Lists
are paged by `cursor`. Writes take an `Idempotency-Key` and can be sent again; objects carry an
`ETag` for `If-Match`, and for `If-None-Match` on reads. `HEAD` works wherever `GET` does. `fields`
asks for a part of each object, `expand` for what its ids name. Requests are limited per client,
user and address, and answers say how far.
"""


def document(features: list[Endpoints], server: str) -> Json:
    """The whole document; `server` is the address that paths are relative to."""
    schemas = Schemas()
    tags = {feature.tag: feature.description for feature in features}
    paths: dict[str, Json] = defaultdict(dict)
    for endpoint in (e for feature in features for e in feature.declared):
        paths[_path(endpoint)][endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Duebill",
            "version": VERSION,
            "summary": "Customers, plans, subscriptions and the invoices that fall due.",
            "description": _INTRODUCTION.strip(),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": dict(paths),
        "webhooks": webhooks(schemas),
        "components": {
            **schemas.components(),
            "headers": HEADERS,
            "securitySchemes": SCHEMES,
        },
    }


def _operation(endpoint: Endpoint, schemas: Schemas) -> Json:
    described = _description(endpoint)
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "security": security(endpoint),
        "responses": responses(endpoint, schemas),
    }
    if endpoint.deprecated:
        operation["deprecated"] = True
    if described:
        operation["description"] = described
    if found := parameters(endpoint, schemas):
        operation["parameters"] = found
    if body := _request_body(endpoint, schemas):
        operation["requestBody"] = body
    return operation


def _path(endpoint: Endpoint) -> str:
    return endpoint.path.replace("<", "{").replace(">", "}")


def _description(endpoint: Endpoint) -> str:
    words = " ".join((endpoint.call.__doc__ or "").split())
    scope = f"Needs the scope `{endpoint.scope}`." if endpoint.scope else ""
    old = endpoint.deprecated.words if endpoint.deprecated else ""
    return " ".join(filter(None, [old, words, scope]))


def _request_body(endpoint: Endpoint, schemas: Schemas) -> Json | None:
    if not endpoint.patch and not endpoint.body:
        return None
    if endpoint.patch:
        schema, required = schemas.patch_of(endpoint.patch), True
        kinds = ["application/json", "application/merge-patch+json"]
    else:
        schema, required = (
            _any_of([schemas.input(model) for model in endpoint.body]),
            any(field.is_required() for field in endpoint.body[-1].model_fields.values()),
        )
        kinds = ["application/json"]
    media = {"schema": schema, **body_example(endpoint.name)}
    return {"required": required, "content": dict.fromkeys(kinds, media)}


def _any_of(shapes: list[Json]) -> Json:
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
