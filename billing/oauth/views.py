"""How an API client looks from outside: its secrets by their last four characters."""

from typing import Any

from billing.database import Row
from billing.shapes import instant


def client_view(row: Row) -> dict[str, Any]:
    """The API's shape of an API client."""
    return {
        "id": row["_id"],
        "object": "oauth_client",
        "name": row["name"],
        "type": row["type"],
        "token_endpoint_auth_method": row["token_endpoint_auth_method"],
        "grant_types": row.get("grant_types", []),
        "redirect_uris": row.get("redirect_uris", []),
        "scopes": row.get("scopes", []),
        "rate_limit": row.get("rate_limit"),
        "status": row["status"],
        "secrets": [_secret(secret) for secret in row.get("secrets", [])],
        "revoked_at": instant(row.get("revoked_at")),
        "created_at": instant(row["created_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def _secret(row: Row) -> dict[str, Any]:
    return {
        "last4": row["last4"],
        "created_at": instant(row["created_at"]),
        "expires_at": instant(row.get("expires_at")),
    }
