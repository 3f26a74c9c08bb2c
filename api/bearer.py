"""Who is asking: a bearer token (RFC 6750), and nothing else. Cookies are never looked at."""

from flask import Flask, current_app, g, request

from api.rate_limits import (
    count_actor,
    count_address,
    count_bad_token,
    count_token_request,
    refuse_locked_out,
)
from billing.actors import Actor
from billing.errors import Unauthenticated
from billing.settings import Settings
from billing.users.tokens import Tokens

_EXTENSION = "duebill_tokens"


def init_tokens(app: Flask) -> None:
    """Give the application what issues and checks its tokens."""
    settings: Settings = app.config["SETTINGS"]
    app.extensions[_EXTENSION] = Tokens(
        settings.jwt_secret, settings.public_url, settings.jwt_secret_other
    )


def tokens() -> Tokens:
    """What issues and checks tokens here."""
    found: Tokens = current_app.extensions[_EXTENSION]
    return found


def bearer_actor() -> Actor:
    """The actor of the request's token, counted. Raises Unauthenticated and TooMany."""
    asked = request._get_current_object()  # type: ignore[attr-defined]
    scheme, _, token = asked.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        count_address()
        raise Unauthenticated("Send an access token: Authorization: Bearer ….")
    refuse_locked_out()
    try:
        actor = tokens().authenticate(
            token.strip(), request_id=g.get("request_id"), ip=asked.remote_addr
        )
    except Unauthenticated:
        count_bad_token()
        raise
    count_actor(actor)
    return actor


def anonymous_actor(gives_token: bool = False) -> Actor:
    """Nobody yet, counted; still with what the audit trail wants to know. Raises TooMany."""
    count_token_request() if gives_token else count_address()
    return Actor(type="anonymous", request_id=g.get("request_id"), ip=request.remote_addr)
