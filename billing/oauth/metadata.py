"""What a client library needs to know of this authorization server. Source: RFC 8414 §2."""

from typing import Any

from billing.oauth.grants import ANY_CLIENT, WITH_SECRET
from billing.users.permissions import CLIENT_SCOPES


def metadata(issuer: str) -> dict[str, Any]:
    """The metadata of the installation at `issuer`, its public address."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "scopes_supported": list(CLIENT_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "token_endpoint_auth_methods_supported": ANY_CLIENT,
        "revocation_endpoint_auth_methods_supported": ANY_CLIENT,
        "introspection_endpoint_auth_methods_supported": WITH_SECRET,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{issuer}/api/docs",
    }
