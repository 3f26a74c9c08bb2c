"""A client that holds every answer of the API against what the OpenAPI document says of it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from api.idempotency import REPLAYED
from api.openapi.headers import ALWAYS

PREFIX = "/api/v1"


class CheckedClient:
    """Speaks for one bearer token, or for nobody."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.app = app
        self.token = token

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.request("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.request("DELETE", path, **options)

    def request(
        self, method: str, path: str, *, if_match: str | None = None, **options: Any
    ) -> TestResponse:
        """Ask, check the answer against the document, and give it back."""
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if if_match:
            headers["If-Match"] = if_match
        if options.get("json") is None:
            options.pop("json", None)
        client: FlaskClient = self.app.test_client()
        response = client.open(PREFIX + path, method=method, headers=headers, **options)
        check_answer(self.app, response)
        return response


def check_answer(app: Flask, response: TestResponse) -> None:
    """Fails unless status, headers, type and body are what the operation's document says."""
    assert all(name in response.headers for name in ALWAYS)
    if response.status_code >= 400:
        assert response.content_type == "application/problem+json", response.data[:200]
        if REPLAYED not in response.headers:  # which names the first request
            assert response.json["request_id"] == response.headers["X-Request-Id"]
    operation = operation_of(app, response.request.method, response.request.path)
    if operation is None:
        assert response.status_code in {404, 405}
        return
    documented = resolved(app, operation["responses"].get(str(response.status_code)))
    assert documented, f"{response.status_code} is not documented: {response.data[:300]!r}"
    for name, header in documented.get("headers", {}).items():
        required = resolved(app, header)["required"]
        assert not required or name in response.headers, f"{name} is missing"
    if "content" not in documented:
        assert response.data == b""
        return
    (kind, media), *_ = documented["content"].items()
    assert response.content_type == kind
    if kind == "application/pdf":
        assert response.data.startswith(b"%PDF-")
        return
    schema = media["schema"]
    if "anyOf" in schema and not {"fields", "expand"} & response.request.args.keys():
        schema = schema["anyOf"][0]  # the whole object: nothing else was asked for
    assert problems_of(app, schema, response.json) == []


def operation_of(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request is for, or None."""
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return None
    return operations(app).get(endpoint.removeprefix("api."))


@cache
def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    response = app.test_client().get(f"{PREFIX}/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json
    return found


def resolved(app: Flask, part: Any) -> Any:
    """A part of the document, or the component that it refers to."""
    if part is None or "$ref" not in part:
        return part
    found: Any = document(app)
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


@cache
def operations(app: Flask) -> dict[str, dict[str, Any]]:
    """Every documented operation by its id."""
    return {
        operation["operationId"]: operation
        for methods in document(app)["paths"].values()
        for operation in methods.values()
    }


def problems_of(app: Flask, schema: dict[str, Any], value: Any) -> list[str]:
    """Why a value is not what a schema of the document wants."""
    validator = _validator_of(app, json.dumps(schema, sort_keys=True))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@cache
def _validator_of(app: Flask, frozen: str) -> Draft202012Validator:
    """A validator of one schema of the document, which may refer to components."""
    components = document(app)["components"]
    return Draft202012Validator({**json.loads(frozen), "components": components})
