"""Asks the API for one operation after the other, and keeps what was asked and answered."""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha256
from typing import Any

from flask import Flask
from ulid_transform import bytes_to_ulid

from api.endpoint import Endpoint
from api.routes import features
from tests.api.checked_client import CheckedClient

Json = dict[str, Any]
ENDPOINTS: dict[str, Endpoint] = {e.name: e for feature in features() for e in feature.declared}
REQUEST_ID = "7f3c0f7a5d1c4b0e"
_ID = re.compile(r"\b([a-z]{2,5})_[0-9A-HJKMNP-TV-Z]{26}\b")
_FIRST_MILLISECOND = 1793610000000
_MADE_UP = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJ1c3JfMDEifQ.4x0b8kqT",
    "refresh_token": "rt_4x0b8kqTZr3vN0xWb5LtYcJ7uPf2HdGm",
    "client_secret": "dbs_Jq3vN0xWb5LtYcJ7uPf2HdGmKq8Zr4x0b8kqTZr3vN0",
    "last4": "3vN0",
    "secret": "whsec_Jq3vN0xWb5LtYcJ7uPf2HdGmKq8Zr4x0b8kqTZr3vN0=",
    "next_cursor": "WyIyMDI2LTExLTAyIiwiMDFLOTIiXQ",
}


class Teller:
    """`tell("get_customer", customer_id=…)` asks, and gives the answer's JSON."""

    def __init__(self, app: Flask) -> None:
        self._client = CheckedClient(app)
        self._kept: dict[str, Json] = {}

    def sign_in(self, token: str) -> None:
        """Who tells from here on."""
        self._client.token = token

    def __call__(
        self, name: str, body: Any = None, *, query: Json | None = None, **ids: str
    ) -> Any:
        """Ask for an operation; the first time that it is asked for, and the first answer of each
        status, is its example."""
        endpoint, path = ENDPOINTS[name], ENDPOINTS[name].path
        for key, value in ids.items():
            path = path.replace(f"<{key}>", value)
        response = self._client.request(
            endpoint.method,
            path,
            json=body,
            query_string=query,
            headers={"X-Request-Id": REQUEST_ID},
        )
        assert response.status_code < 300, f"{name}: {response.text}"
        asked = {part: value for part, value in (("path", ids), ("query", query)) if value}
        if body is not None:
            asked["body"] = body
        kept = self._kept.setdefault(name, {**asked, "answers": {}})
        if response.json is not None:
            kept["answers"].setdefault(str(response.status_code), response.json)
        return response.json

    def kept(self) -> dict[str, Json]:
        """All examples; ids and secrets are exchanged for ones that stay the same."""
        found: dict[str, Json] = _Masked().of(self._kept)
        return found


class _Masked:
    """The same story told on another day has other ids, tokens and cursors."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._counted: Counter[str] = Counter()

    def of(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _MADE_UP[key] if key in _MADE_UP and inner else self.of(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        return _ID.sub(self._masked, value) if isinstance(value, str) else value

    def _masked(self, found: re.Match[str]) -> str:
        if found[0] not in self._ids:
            self._counted[found[1]] += 1
            name = f"{found[1]}_{self._counted[found[1]]}"
            milliseconds = _FIRST_MILLISECOND + 977 * len(self._ids)
            drawn = sha256(name.encode()).digest()[:10]
            text = bytes_to_ulid(milliseconds.to_bytes(6, "big") + drawn)
            self._ids[found[0]] = f"{found[1]}_{text}"
        return self._ids[found[0]]


def as_text(examples: Any) -> str:
    """As it is kept in a file: in order, indented."""
    return json.dumps(examples, indent=1, ensure_ascii=False) + "\n"
