"""Every endpoint against hostile requests: 4xx problems, and no operator reaches the database.

What PyMongo sends is listened to. An attack carries a mark; a command that has the mark under a key
that begins with a dollar, or in a key, has let it through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from pymongo.monitoring import CommandListener, CommandStartedEvent
from werkzeug.test import TestResponse

from api.endpoint import Endpoint
from api.openapi.examples import FILE
from billing import database
from billing.users.tokens import Tokens
from tests.api.checked_client import PREFIX, operations, resolved
from tests.api.commands import listened_to
from tests.api.factories import create_user
from tests.api.test_walks import ENDPOINTS, address

Json = dict[str, Any]
MARK = "th3m4rk"
OPERATORS: list[Any] = [
    {"$ne": MARK},
    {"$where": MARK},
    {"$gt": MARK},
    {"$regex": MARK},
    {"$expr": {"$function": {"body": MARK, "args": [], "lang": "js"}}},
    {f"{MARK}.name": 1},
    [{"$ne": MARK}],
]
DOTTED = f"a.{MARK}"
KEYS = ["$where", "$set", DOTTED, f"${MARK}", "__proto__", f"{MARK}\u0000"]
WRITING = {n: e for n, e in ENDPOINTS.items() if e.body or e.patch}
EXAMPLES = json.loads(FILE.read_text("utf-8"))
NAMED_FREELY = {"metadata", "limits"}  # whose keys may have dots, being kept as they are


class Watch(CommandListener):
    """Keeps the commands in which an attack arrived."""

    def __init__(self) -> None:
        self.seen = 0
        self.passed: list[Any] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.seen += 1
        if any(is_attack(key, value) for key, value in pairs(event.command)):
            self.passed.append(event.command)

    def succeeded(self, event: object) -> None: ...

    def failed(self, event: object) -> None: ...


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and its value, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs(inner)


def is_attack(key: str, value: Any) -> bool:
    """Search makes patterns of what is typed; as a whole value of an operator it is an attack."""
    return MARK in key or (key.startswith("$") and value == MARK)


@pytest.fixture
def watch(mongodb_uri: str, db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Fails the test when an attack passed, and when nothing was listened to."""
    watching = Watch()
    database.disconnect()
    with monkeypatch.context() as patch:
        patch.setattr("billing.database.mongoengine.connect", listened_to(watching))
        database.connect(mongodb_uri)
    yield watching
    database.disconnect()
    database.connect(mongodb_uri)
    assert watching.seen
    assert watching.passed == []


class Asker:
    """Asks with the token of an admin, and takes only problem documents of 4xx for an answer."""

    def __init__(self, app: Flask, tokens: Tokens) -> None:
        self._client = app.test_client()
        self._token = tokens.issue(create_user()).access_token

    def __call__(self, endpoint: Endpoint, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self._token}", **options.pop("headers", {})}
        return self._client.open(PREFIX + path, method=endpoint.method, headers=headers, **options)

    def refused(self, endpoint: Endpoint, path: str, **options: Any) -> int:
        answer = self(endpoint, path, **options)
        what = (endpoint.name, path[:200], str(options)[:300], answer.status, answer.text[:300])
        assert 400 <= answer.status_code < 500, what
        assert answer.content_type == "application/problem+json", what
        return answer.status_code


@pytest.fixture
def ask(app: Flask, watch: Watch, tokens: Tokens) -> Asker:
    return Asker(app, tokens)


def test_the_watch_sees_what_passes(mongodb_uri: str, db: Any) -> None:
    watching = Watch()
    for filter_ in ({"name": {"$ne": MARK}}, {f"${MARK}": 1}, {"$where": MARK}):
        watching.started(CommandStartedEvent({"find": "x", "filter": filter_}, "x", 1, ("", 1), 1))
    watching.started(CommandStartedEvent({"find": "x", "filter": {"a": MARK}}, "x", 1, ("", 1), 1))
    assert len(watching.passed) == 3


def schema_of(app: Flask, endpoint: Endpoint) -> Json:
    (media, *_) = operations(app)[endpoint.name]["requestBody"]["content"].values()
    found: Json = media["schema"]
    return found


def variants(app: Flask, schema: Json) -> Iterator[Json]:
    """The schema itself, and what it may be instead."""
    schema = resolved(app, schema)
    yield schema
    for name in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(name, ()):
            yield from variants(app, part)


def attacked(app: Flask, schema: Json, good: Any, within: tuple[str, ...] = ()) -> Iterator[Any]:
    """`good` with an attack in each place that the schema or the example knows, one at a time."""
    if isinstance(good, list):
        items = next((v["items"] for v in variants(app, schema) if "items" in v), {})
        yield from ([item] for item in attacked(app, items, good[0] if good else {}, within))
    good = good if isinstance(good, dict) else {}
    fields: Json = {}
    for variant in variants(app, schema):
        fields |= variant.get("properties", {})
    for attack, name in zip(cycle(OPERATORS), {**fields, **good}, strict=False):
        yield good | {name: attack}
        if len(within) < 3:
            deeper = attacked(app, fields.get(name, {}), good.get(name), (*within, name))
            yield from (good | {name: value} for value in deeper)
    if fields or good or not within or within[-1] in NAMED_FREELY:
        yield from (good | {key: MARK} for key in KEYS if not may_be_named(key, within))


def may_be_named(key: str, within: tuple[str, ...]) -> bool:
    return key == DOTTED and bool(NAMED_FREELY & set(within[-1:]))


def test_an_operator_anywhere_in_a_body_is_422(app: Flask, ask: Asker) -> None:
    for name, endpoint in WRITING.items():
        path, good = address(endpoint), EXAMPLES[name].get("body", {})
        bodies = list(attacked(app, schema_of(app, endpoint), good))
        assert len(bodies) >= len(KEYS)
        for body in bodies:
            assert ask.refused(endpoint, path, json=body) == 422, body


TYPED = ['{"$ne": "th3m4rk"}', "$where", "th3m4rk.name", "\x00", "\ud800", "[]", "9" * 400, "1e999"]


def test_an_operator_in_a_parameter_is_text_or_422(app: Flask, ask: Asker) -> None:
    for name, endpoint in ENDPOINTS.items():
        declared = operations(app)[name].get("parameters", ())
        names = [each["name"] for each in declared if each["in"] == "query"]
        path, body = address(endpoint), EXAMPLES.get(name, {}).get("body")
        for typed in TYPED if endpoint.method == "GET" else ():
            for parameter in names:
                query = {parameter: typed.encode("utf-8", "surrogatepass")}
                answer = ask(endpoint, path, query_string=query)
                assert answer.status_code in {200, 404, 422}, (name, query, answer.text)
        for parameter in [*(f"{each}[$ne]" for each in names), *KEYS, "limit[]", "limit.$gt"]:
            refused = ask.refused(endpoint, path, query_string={parameter: MARK}, json=body)
            assert refused in {400, 404, 422}, (name, parameter)


IDS = [
    '{"$ne": "th3m4rk"}',
    "$where",
    "th3m4rk.name",
    "%00",
    "%ff",
    "%ED%A0%80",
    "x" * 5000,
    "%2e%2e",
]


def test_an_operator_for_an_id_is_404(ask: Asker) -> None:
    for name, endpoint in ENDPOINTS.items():
        body = EXAMPLES.get(name, {}).get("body", {} if endpoint.body or endpoint.patch else None)
        for evil in IDS if "<" in endpoint.path else ():
            path = re.sub(r"<\w+>", evil, endpoint.path)
            assert ask.refused(endpoint, path, json=body) in {404, 422}, (name, evil)


MALFORMED = {
    "lists 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a key twice": b'{"a": 1, "a": 1}',
    "NaN": b'{"a": NaN}',
    "infinite": b'{"a": 1e999}',
    "10^400": b'{"a": 1' + b"0" * 400 + b"}",
    "NUL": b'{"a": "\\u0000"}',
    "a lone surrogate": b'{"\\ud800": "\\udfff"}',
    "broken UTF-8": b'{"a": "\xff"}',
}


def test_a_body_that_is_no_sound_json_is_refused(ask: Asker) -> None:
    for name, endpoint in WRITING.items():
        path = address(endpoint)
        for what, raw in MALFORMED.items():
            status = ask.refused(endpoint, path, data=raw, content_type="application/json")
            assert status in {400, 422}, (name, what)


def test_a_body_over_1_mib_is_refused_with_and_without_its_length(ask: Asker) -> None:
    large = b'"' + b"x" * 1024 * 1024 + b'"'
    for name, endpoint in ENDPOINTS.items():
        path = address(endpoint)
        expected = 413 if name in WRITING else 400  # which takes no body at all
        told = ask.refused(endpoint, path, data=large, content_type="application/json")
        chunked = {
            "wsgi.input": BytesIO(large),
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "CONTENT_TYPE": "application/json",
        }
        untold = ask.refused(endpoint, path, environ_overrides=chunked)
        assert (told, untold) == (expected, expected), name


HEADERS = [
    ("Accept", "text/html"),
    ("Accept", "\xff" * 10),
    ("Accept-Language", "x" * 8000),
    ("Authorization", "Bearer \xe4\xf6"),
    ("Authorization", "Bearer"),
    ("Authorization", "Basic " + "x" * 8000),
    ("Authorization", "Bearer a b c"),
    ("Content-Length", "-1"),
    ("Content-Length", "ten"),
    ("Content-Length", "9" * 30),
    ("Content-Type", "application/json; charset=\xff"),
    ("Content-Type", "application/json; charset=utf-7"),
    ("Content-Type", "; ; ="),
    ("Content-Type", "multipart/form-data"),
    ("Content-Encoding", "gzip"),
    ("Cookie", "duebill=x; session=\xff"),
    ("Host", "evil.example"),
    ("If-Match", "\xff"),
    ("If-Match", '"' * 8000),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "never"),
    ("Idempotency-Key", "\xff" * 300),
    ("Range", "bytes=0-"),
    ("Expect", "100-continue"),
    ("X-Forwarded-For", "' OR 1=1"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Request-Id", "\xff\r"),
]


def test_odd_headers_break_nothing(ask: Asker) -> None:
    for name in ("list_customers", "create_customer", "patch_customer", "login", "get_me"):
        endpoint = ENDPOINTS[name]
        path, body = address(endpoint), EXAMPLES.get(name, {}).get("body")
        for header, value in HEADERS:
            environ = {_environ_name(header): value}
            answer = ask(endpoint, path, json=body, environ_overrides=environ)
            assert answer.status_code < 500, (name, header, value, answer.text)
            expected = (
                "application/problem+json" if answer.status_code >= 400 else "application/json"
            )
            assert answer.content_type == expected, (name, header, value)


def _environ_name(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name.startswith("CONTENT_") and name != "CONTENT_ENCODING" else f"HTTP_{name}"


def test_a_dot_in_a_key_of_metadata_is_a_letter_and_no_path(ask: Asker) -> None:
    customer = {"name": "Ada", "email": "ada@example.com", "metadata": {"a.b": "1", "a": "2"}}
    made = ask(ENDPOINTS["create_customer"], "/customers", json=customer).json
    assert made["metadata"] == {"a.b": "1", "a": "2"}
    path, changes = f"/customers/{made['id']}", {"metadata": {"a.b": "3", "a.c.d": "4"}}
    changed = ask(ENDPOINTS["patch_customer"], path, json=changes).json
    assert changed["metadata"] == {"a.b": "3", "a": "2", "a.c.d": "4"}
    assert ask(ENDPOINTS["get_customer"], path).json["metadata"] == changed["metadata"]
