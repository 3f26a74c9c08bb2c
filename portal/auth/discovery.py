"""What an OpenID provider says of itself, held against what it must be.

Source: OpenID Connect Discovery 1.0, §3 and §4.3.
"""

from typing import Any

from billing.oidc_settings import is_confidential

# Signatures that the provider alone can make. None of them is `none`, and none uses a secret that
# somebody else knows too (HS256), so neither can slip in however the provider describes itself.
ASYMMETRIC = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def discovery_url(issuer: str) -> str:
    """Where a provider describes itself."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def checked_metadata(document: Any, issuer: str) -> dict[str, Any]:
    """The parts of a discovery document that are used. Raises ValueError with what is wrong."""
    if not isinstance(document, dict):
        raise ValueError("the discovery document is not a JSON object")
    if document.get("issuer") != issuer:
        told = str(document.get("issuer"))[:200]
        raise ValueError(f"the provider calls itself {told!r}; OIDC_ISSUER must be exactly that")
    found: dict[str, Any] = {"issuer": issuer, **_endpoints(document)}
    found["id_token_signing_alg_values_supported"] = _algorithms(document)
    found["token_endpoint_auth_method"] = _client_authentication(document)
    found["sends_issuer"] = (
        document.get("authorization_response_iss_parameter_supported") is True  # RFC 9207, §3
    )
    return found


def _endpoints(document: dict[str, Any]) -> dict[str, str]:
    named = {name: document.get(name) for name in (*_NEEDED, "userinfo_endpoint")}
    for name, url in named.items():
        if (url is not None or name in _NEEDED) and not (
            isinstance(url, str) and is_confidential(url)
        ):
            raise ValueError(f"{name} is not an https address")
    return {name: url for name, url in named.items() if url is not None}


def _algorithms(document: dict[str, Any]) -> list[str]:
    told = _listed(document, "id_token_signing_alg_values_supported", "RS256")
    found = [name for name in ASYMMETRIC if name in told]
    if not found:
        raise ValueError(f"id tokens must be signed with one of {', '.join(ASYMMETRIC)}")
    return found


def _client_authentication(document: dict[str, Any]) -> str:
    told = _listed(document, "token_endpoint_auth_methods_supported", "client_secret_basic")
    return "client_secret_basic" if "client_secret_basic" in told else "client_secret_post"


def _listed(document: dict[str, Any], name: str, default: str) -> list[Any]:
    told = document.get(name)
    return told if isinstance(told, list) and told else [default]
