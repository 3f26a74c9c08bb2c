"""API clients; only the admin role has these scopes, and no client can be given them."""

from typing import Any

from api.answers import NoContent, One, PageOf, Resource, created
from api.body import Patch
from api.endpoint import Endpoints
from api.oauth_clients.shapes import OAuthClient, OAuthClientQuery, OAuthClientWithSecret
from api.patching import patched
from billing.database import Row
from billing.oauth import create_client, errors, queries, revoke_client, rotate_secret
from billing.oauth.inputs import ClientInput, RotateSecret, as_input
from billing.oauth.models import Client
from billing.oauth.update_client import update_client
from billing.oauth.views import client_view
from billing.pages import Page


def _told_view(row: Row) -> dict[str, Any]:
    return {**client_view(row), "client_secret": row["client_secret"]}


def _told(told: create_client.Told) -> Row:
    return {**told.client.row(), "client_secret": told.secret}


CLIENT = Resource(OAuthClient, client_view)
TOLD = Resource(OAuthClientWithSecret, _told_view)
READ, WRITE = "read:oauth_clients", "write:oauth_clients"
_CHANGE = (errors.ClientNotFound, errors.ClientIsRevoked, errors.ClientTypeIsFixed)

endpoints = Endpoints("OAuth clients", "Programs that are given access. For the role admin only.")
_patch = patched(queries.get_client, as_input, update_client)


@endpoints.get(
    "/oauth_clients",
    "List OAuth clients",
    scope=READ,
    query=OAuthClientQuery,
    answer=PageOf(CLIENT),
)
def list_oauth_clients(query: OAuthClientQuery) -> Page:
    """Newest first, revoked ones too."""
    return queries.list_clients(**query.arguments())


@endpoints.post(
    "/oauth_clients",
    "Create an OAuth client",
    scope=WRITE,
    body=(ClientInput,),
    answer=created(TOLD),
    is_secret=True,
)
def create_oauth_client(body: ClientInput) -> Row:
    """The answer holds the `client_secret`, this once."""
    return _told(create_client.create_client(body))


@endpoints.get(
    "/oauth_clients/<client_id>",
    "Show an OAuth client",
    scope=READ,
    answer=One(CLIENT),
    refusals=(errors.ClientNotFound,),
)
def get_oauth_client(client_id: str) -> Client:
    """Of its secrets only their last four characters."""
    return queries.get_client(client_id)


@endpoints.put(
    "/oauth_clients/<client_id>",
    "Replace an OAuth client",
    scope=WRITE,
    body=(ClientInput,),
    answer=One(CLIENT),
    revised=True,
    refusals=_CHANGE,
)
def update_oauth_client(client_id: str, body: ClientInput, revision: int | None) -> Client:
    """Tokens that go beyond what is left to the client end at once; `type` cannot change."""
    return update_client(client_id, body, revision)


@endpoints.patch(
    "/oauth_clients/<client_id>",
    "Change an OAuth client",
    scope=WRITE,
    patch=ClientInput,
    answer=One(CLIENT),
    revised=True,
    refusals=_CHANGE,
)
def patch_oauth_client(client_id: str, patch: Patch, revision: int | None) -> Client:
    """A JSON Merge Patch (RFC 7396): what is left out stays, null removes."""
    changed: Client = _patch(client_id, patch, revision)
    return changed


@endpoints.delete(
    "/oauth_clients/<client_id>",
    "Revoke an OAuth client",
    scope=WRITE,
    answer=NoContent(),
    revised=True,
    refusals=(errors.ClientNotFound, errors.ClientIsRevoked),
)
def revoke_oauth_client(client_id: str, revision: int | None) -> None:
    """For good: all its tokens are dead at once. It stays in the list, for the audit trail."""
    revoke_client.revoke_client(client_id, revision)


@endpoints.post(
    "/oauth_clients/<client_id>/rotate_secret",
    "Rotate the secret of an OAuth client",
    scope=WRITE,
    body=(RotateSecret,),
    answer=One(TOLD),
    is_secret=True,
    revised=True,
    refusals=(errors.ClientNotFound, errors.ClientIsRevoked, errors.ClientHasNoSecret),
)
def rotate_oauth_client_secret(client_id: str, body: RotateSecret, revision: int | None) -> Row:
    """The answer holds the new `client_secret`, this once. The present one still works for
    `overlap_hours`; with 0 it ends at once, and so do the tokens it obtained."""
    return _told(rotate_secret.rotate_secret(client_id, body, revision))
