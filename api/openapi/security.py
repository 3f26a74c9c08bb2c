"""How a caller proves who it is: by signing in, or as a client of OAuth 2."""

from typing import Any

from api.endpoint import Endpoint
from billing.users.permissions import CLIENT_SCOPES, SCOPES

Json = dict[str, Any]

_TOKENS = {"tokenUrl": "/oauth/token", "scopes": {name: SCOPES[name] for name in CLIENT_SCOPES}}

SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of `/auth/login` or of OAuth, which lives 15 minutes. "
        "Scopes:\n\n" + "\n".join(f"- `{name}`: {words}" for name, words in SCOPES.items()),
    },
    "oauth2": {
        "type": "oauth2",
        "description": "For integrations: a client of its own (`client_credentials`), or in the "
        "name of somebody who agreed (`authorization_code` with PKCE, S256). Everything else is in "
        "`/.well-known/oauth-authorization-server` (RFC 8414).",
        "flows": {
            "clientCredentials": _TOKENS,
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "refreshUrl": "/oauth/token",
                **_TOKENS,
            },
        },
    },
}


def security(endpoint: Endpoint) -> list[Json]:
    """The ways to be let in, any of which will do; none where nothing is asked for."""
    if endpoint.public:
        return []
    scopes = [endpoint.scope] if endpoint.scope else []
    ways = ["bearer", "oauth2"] if set(scopes) <= set(CLIENT_SCOPES) else ["bearer"]
    return [{way: scopes} for way in ways]
