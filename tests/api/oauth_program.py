"""An integration: speaks to the endpoints of OAuth as its libraries do, one request at a time."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from billing.oauth.consent import answer_consent
from billing.oauth.create_client import Told
from billing.oauth.received import Received
from billing.oauth.server import server_of
from billing.users.models import User
from billing.users.permissions import CLIENT_SCOPES
from tests.api.factories import create_told_client

CALLBACK = "https://app.example.com/callback"
FORM = "application/x-www-form-urlencoded"


class Program:
    """A client (for people and for itself unless told otherwise) and its secret."""

    def __init__(self, app: Flask, told: Told | None = None, **values: Any) -> None:
        usual: dict[str, Any] = {
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "redirect_uris": [CALLBACK],
            "scopes": ["read:customers", "write:customers", "read:invoices"],
        }
        if values.get("type") == "public":
            usual["grant_types"] = ["authorization_code", "refresh_token"]
        self.app = app
        self.told = told or create_told_client(**{**usual, **values})
        self.id = str(self.told.client.id)
        self.secret = self.told.secret
        self.verifier = secrets.token_urlsafe(48)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def asking(self, **changes: Any) -> dict[str, str]:
        """The parameters of a request for consent; None leaves one out."""
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": CALLBACK,
            "scope": "read:customers",
            "state": "xyz",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def code(self, user: User, **changes: Any) -> str:
        """The code that the user's consent becomes."""
        server = server_of(self.app.config["SETTINGS"])
        received = Received(server.tokens.issuer, list(self.asking(**changes).items()))
        reply = answer_consent(server, received, user, CLIENT_SCOPES)
        assert reply.location, reply.body
        return parse_qs(urlsplit(reply.location).query)["code"][0]

    def exchange(self, code: str, /, **changes: Any) -> TestResponse:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.post("/oauth/token", **asked)

    def tokens(self, user: User, **changes: Any) -> dict[str, Any]:
        """What the user's consent gives in the end."""
        answer = self.exchange(self.code(user, **changes))
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def own_token(self, **changes: Any) -> TestResponse:
        return self.post("/oauth/token", grant_type="client_credentials", **changes)

    def refresh(self, refresh_token: str | None, **changes: Any) -> TestResponse:
        return self.post(
            "/oauth/token", grant_type="refresh_token", refresh_token=refresh_token, **changes
        )

    def revoke(self, token: str, **changes: Any) -> TestResponse:
        return self.post("/oauth/revoke", token=token, **changes)

    def introspect(self, token: str, **changes: Any) -> dict[str, Any]:
        answer = self.post("/oauth/introspect", token=token, **changes)
        assert answer.status_code == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    def post(self, path: str, *, basic: str | None = None, **values: Any) -> TestResponse:
        """With the client's own proof, unless `basic` is another one (blank for none at all)."""
        if basic is None:
            basic = f"{self.id}:{self.secret}" if self.secret else ""
        if not basic and not self.secret:
            values.setdefault("client_id", self.id)
        headers = {}
        if basic:
            headers["Authorization"] = f"Basic {base64.b64encode(basic.encode()).decode()}"
        data = {name: value for name, value in values.items() if value is not None}
        return self.app.test_client().post(path, data=data, headers=headers, content_type=FORM)


def refusal(answer: TestResponse) -> tuple[int, str]:
    """The status and OAuth's own word for what is wrong."""
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json) <= {"error", "error_description"}
    return answer.status_code, str(answer.json["error"])
