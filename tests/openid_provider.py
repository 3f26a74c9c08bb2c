"""A small OpenID provider on a socket of its own, which can be told to misbehave.

It holds its clients to what RFC 6749, RFC 7636 and OpenID Connect Core ask of them: registered
address, client secret, code that works once, PKCE with S256.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from authlib.common.encoding import urlsafe_b64encode
from flask import Flask, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Response

from tests.browser.live import served

CLIENT_ID = "duebill"
CLIENT_SECRET = "q7Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQeX"
Claims = dict[str, Any]


def ada() -> Claims:
    """What the provider tells of the person who signs in there."""
    return {
        "sub": "ada-at-the-provider",
        "email": "ada@example.com",
        "email_verified": True,
        "name": "Ada Lovelace",
        "groups": ["everyone", "billing-admins"],
    }


@dataclass
class OpenIDProvider:
    """Honest until one of its fields says otherwise; `reset()` makes it honest again."""

    address: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    person: Claims = field(default_factory=ada)
    in_userinfo: set[str] = field(default_factory=set)
    """Claims that only the userinfo endpoint tells."""
    lies: Claims = field(default_factory=dict)
    """Put over the claims of the id token; None leaves one out."""
    metadata: Claims = field(default_factory=dict)
    """Put over the discovery document."""
    answer: Claims = field(default_factory=dict)
    """Put over the parameters of the redirect back; None leaves one out."""
    token_answer: Claims = field(default_factory=dict)
    """Put over the answer of the token endpoint; None leaves one out."""
    client_authentication: str = "client_secret_basic"
    """The only way in which a client can prove who it is."""
    sign: Callable[[OpenIDProvider, Claims], str] | None = None
    """Signs id tokens in place of the honest way."""
    hangs: set[str] = field(default_factory=set)
    """Endpoints, by the last word of their path, that do not answer."""
    redirects: set[str] = field(default_factory=set)
    """Endpoints that send whoever asks on to one that answers."""
    asked: list[str] = field(default_factory=list)
    """The endpoints that were asked, by the last word of their path."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forget everything but the address; the key is a new one only after `rotate`."""
        self.released.set()
        fresh = OpenIDProvider(self.address, key=self.key)
        self.__dict__.update(fresh.__dict__)

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, auto_kid=True)

    def id_token(self, nonce: str) -> str:
        """The id token of the person, with all lies."""
        now = int(time.time())
        told = {n: v for n, v in self.person.items() if n not in self.in_userinfo}
        claims = {
            "iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 300,
            "nonce": nonce, **told, **self.lies,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return (self.sign or signed_honestly)(self, claims)


def signed_honestly(provider: OpenIDProvider, claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)


def signed_by_nobody(provider: OpenIDProvider, claims: Claims) -> str:
    return signed_by_hand({"alg": "none"}, claims, None)


def signed_with_the_client_secret(provider: OpenIDProvider, claims: Claims) -> str:
    return signed_by_hand({"alg": "HS256"}, claims, CLIENT_SECRET.encode())


def signed_with_the_public_key(provider: OpenIDProvider, claims: Claims) -> str:
    """Everybody knows it: whoever checks HS256 with it is deceived."""
    header = {"alg": "HS256", "kid": provider.key.kid}
    return signed_by_hand(header, claims, provider.key.as_pem(private=False))


def signed_by_hand(header: Claims, claims: Claims, secret: bytes | None) -> str:
    """What no good library does."""
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in (header, claims))
    mac = hmac.digest(secret, signed, "sha256") if secret else b""
    return f"{signed.decode()}.{urlsafe_b64encode(mac).decode()}".replace("=", "")


def signed_with_a_foreign_key(provider: OpenIDProvider, claims: Claims) -> str:
    foreign = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, foreign)


@contextmanager
def openid_provider() -> Iterator[OpenIDProvider]:
    """A provider that serves while this context lasts."""
    app = Flask("openid_provider")
    with served(app) as address:
        provider = OpenIDProvider(address)
        add_endpoints(app, provider)
        yield provider
        provider.released.set()


def add_endpoints(app: Flask, provider: OpenIDProvider) -> None:
    """Discovery, keys, authorization, token and userinfo."""

    @app.before_request
    def note() -> Response | None:
        name = request.path.rpartition("/")[2]
        provider.asked.append(name)
        if name in provider.hangs:
            provider.released.wait(30)
        if name in provider.redirects and "again" not in request.args:
            return redirect(f"{request.path}?again", 307)
        return None

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        told = {
            "issuer": provider.address,
            "authorization_endpoint": f"{provider.address}/authorize",
            "token_endpoint": f"{provider.address}/token",
            "userinfo_endpoint": f"{provider.address}/userinfo",
            "jwks_uri": f"{provider.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": [provider.client_authentication],
            "authorization_response_iss_parameter_supported": True,
            **provider.metadata,
        }
        return jsonify(told)

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Response:
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(provider.codes)}"
        provider.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": provider.address, **provider.answer}
        told = {name: value for name, value in back.items() if value is not None}
        return redirect(f"{asked['redirect_uri']}?{urlencode(told)}")

    @app.post("/token")
    def token() -> Response | tuple[Response, int]:
        asked = provider.codes.pop(request.form["code"], None)
        if authenticated() != (provider.client_authentication, CLIENT_ID, CLIENT_SECRET):
            return jsonify(error="invalid_client"), 401
        if not asked or not proven(asked) or asked["redirect_uri"] != request.form["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        told = {
            "access_token": "access-token",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": provider.id_token(asked["nonce"]),
            **provider.token_answer,
        }
        return jsonify({name: value for name, value in told.items() if value is not None})

    @app.get("/userinfo")
    def userinfo() -> Response:
        if request.headers.get("Authorization") != "Bearer access-token":
            abort(401)
        return jsonify(provider.person)


def proven(asked: dict[str, str]) -> bool:
    """Whether who brings the code is who asked for it (RFC 7636)."""
    challenge = urlsafe_b64encode(sha256(request.form["code_verifier"].encode()).digest())
    return asked["code_challenge"] == challenge.decode().rstrip("=")


def authenticated() -> tuple[str, str | None, str | None]:
    """How the client proves who it is, its id and its secret (RFC 6749, §2.3.1)."""
    if basic := request.authorization:
        return "client_secret_basic", basic.username, basic.password
    return "client_secret_post", request.form.get("client_id"), request.form.get("client_secret")
