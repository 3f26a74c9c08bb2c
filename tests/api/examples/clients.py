"""The programs that are given access."""

from __future__ import annotations

from typing import Any

from tests.api.examples.teller import Teller

CRM: dict[str, Any] = {
    "name": "Field CRM",
    "grant_types": ["client_credentials", "authorization_code", "refresh_token"],
    "redirect_uris": ["https://crm.feldmark.example/oauth/callback"],
    "scopes": ["read:customers", "write:customers", "read:invoices"],
    "rate_limit": 600,
}


def tell_clients(tell: Teller) -> None:
    crm = tell("create_oauth_client", CRM)["id"]
    less = {**CRM, "scopes": ["read:customers", "read:invoices"]}
    tell("update_oauth_client", less, client_id=crm)
    tell("patch_oauth_client", {"rate_limit": 1200}, client_id=crm)
    tell("rotate_oauth_client_secret", {"overlap_hours": 48}, client_id=crm)
    tell("get_oauth_client", client_id=crm)
    tell("list_oauth_clients", query={"status": "active"})
    old = tell("create_oauth_client", {"name": "Old export", "scopes": ["read:invoices"]})["id"]
    tell("revoke_oauth_client", client_id=old)
