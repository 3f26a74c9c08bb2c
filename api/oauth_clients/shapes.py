"""How an API client looks, and what a list of them can be filtered by."""

from typing import Literal

from api.query import PageQuery, Search
from api.shape import Id, Instant, Shape
from billing.oauth.inputs import AuthMethod, ClientType, GrantType


class ClientSecret(Shape):
    """What is known of a secret."""

    last4: str
    created_at: Instant
    expires_at: Instant | None
    """When it ends because another took its place; null for the present one."""


class OAuthClient(Shape):
    """A program that is given access."""

    id: Id
    """The `client_id` of OAuth."""
    object: Literal["oauth_client"]
    name: str
    type: ClientType
    token_endpoint_auth_method: AuthMethod
    grant_types: list[GrantType]
    redirect_uris: list[str]
    scopes: list[str]
    rate_limit: int | None
    """Requests a minute; null is the default of all clients."""
    status: Literal["active", "revoked"]
    secrets: list[ClientSecret]
    revoked_at: Instant | None
    created_at: Instant
    updated_at: Instant


class OAuthClientWithSecret(OAuthClient):
    """A client and its new secret, which is shown this once."""

    client_secret: str | None
    """Keep it now: only its hash is stored. null for a public client, which has none."""


class OAuthClientQuery(PageQuery):
    """Filters of the list."""

    status: Literal["active", "revoked"] | None = None
    q: Search | None = None
    """Beginnings of words of the name."""
    sort: Literal["created_at", "-created_at"] = "-created_at"
