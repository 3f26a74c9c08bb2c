"""Revoking tokens (RFC 7009) and asking about them (RFC 7662); each client about its own only."""

from typing import Any, NamedTuple

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from billing.database import Row
from billing.oauth.grants import ANY_CLIENT, WITH_SECRET
from billing.users import families
from billing.users.access_tokens import AUDIENCE, scope_text
from billing.users.errors import InvalidToken
from billing.users.tokens import Tokens


class Found(NamedTuple):
    """A good token: its family, and what can be told of it."""

    family: Row
    told: dict[str, Any]


class Revocation(RevocationEndpoint):
    """Ends the whole grant, whichever of its tokens is shown."""

    CLIENT_AUTH_METHODS = ANY_CLIENT

    def authenticate_token(self, request: Any, client: Any) -> Found | None:
        found = _find(self.server.tokens, request)
        if found and found.family.get("client_id") != client.get_client_id():
            raise InvalidGrantError("The token was given to another client.")
        return found

    def revoke_token(self, token: Found, request: Any) -> None:
        families.revoke_family(token.family["_id"])


class Introspection(IntrospectionEndpoint):
    """Tells a client about a token of its own; any other is to it as if it did not exist."""

    CLIENT_AUTH_METHODS = WITH_SECRET

    def authenticate_token(self, request: Any, client: Any) -> Found | None:
        found = _find(self.server.tokens, request)
        own = found and found.family.get("client_id") == client.get_client_id()
        return found if own else None

    def create_introspection_payload(self, token: Found | None) -> dict[str, Any]:
        return {"active": True, **token.told} if token else {"active": False}


def _find(tokens: Tokens, request: Any) -> Found | None:
    """The token of the request, of whichever kind: `token_type_hint` may be ignored."""
    given = request.form.get("token")
    if given is None:
        raise InvalidRequestError("The parameter token is missing.")
    return _access(tokens, given) or _refresh(tokens, given)


def _access(tokens: Tokens, given: str) -> Found | None:
    try:
        claims, family = tokens.read(given)
    except InvalidToken:
        return None
    names = ("client_id", "scope", "sub", "aud", "iss", "exp", "iat", "jti")
    told = {name: claims[name] for name in names if name in claims}
    return Found(family, {**told, "token_type": "Bearer", **_person(family)})


def _refresh(tokens: Tokens, given: str) -> Found | None:
    row = families.find_refresh_token(given)
    if row is None or row["uses"]:
        return None
    try:
        family = families.get_live_family(row["family_id"])
    except InvalidToken:
        return None
    told = {
        "client_id": family.get("client_id"),
        "scope": scope_text(family.get("scopes", [])),
        "sub": row["user_id"],
        "aud": AUDIENCE,
        "iss": tokens.issuer,
        "exp": int(row["expires_at"].timestamp()),
    }
    return Found(family, {**told, **_person(family)})


def _person(family: Row) -> dict[str, Any]:
    return {"username": family["actor"]["name"]} if "user_id" in family else {}
