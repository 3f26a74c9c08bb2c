"""Changing an API client; what it may do no longer, its tokens may do no longer either."""

from billing.events.journal import update
from billing.oauth.create_client import fill
from billing.oauth.errors import ClientIsRevoked, ClientTypeIsFixed
from billing.oauth.gates import close_gates
from billing.oauth.inputs import ClientInput
from billing.oauth.models import Client
from billing.oauth.queries import get_client
from billing.transactions import operation
from billing.users.families import limit_client, revoke_client


@operation
def update_client(
    client_id: str, data: ClientInput, expected_revision: int | None = None
) -> Client:
    """Replace what is known of a client. Tokens that go beyond what is left to it end at once.

    Raises ClientNotFound, StaleRevision, ClientIsRevoked and ClientTypeIsFixed.
    """
    client = get_changeable(client_id, expected_revision)
    if data.type != client.type:
        raise ClientTypeIsFixed("is decided when a client is created", field="type")
    lost_scopes = set(client.scopes) - set(data.scopes)
    lost_grants = set(client.grant_types) - set(data.grant_types)
    fill(client, data)
    update(client, "oauth_client.updated")
    limit_client(client.id, client.rate_limit)
    _end_what_goes_beyond(client, lost_scopes, lost_grants)
    return client


def get_changeable(client_id: str, expected_revision: int | None) -> Client:
    """The client, which gives no token before this transaction ends.

    Raises ClientNotFound, StaleRevision and, for a revoked one, ClientIsRevoked.
    """
    close_gates(client_id)  # first: the sooner after its beginning, the seldomer done again
    client = get_client(client_id)
    client.check_revision(expected_revision)
    if not client.is_active:
        raise ClientIsRevoked("This API client was revoked and stays so. Create another one.")
    return client


def _end_what_goes_beyond(client: Client, scopes: set[str], grants: set[str]) -> None:
    if scopes:
        revoke_client(client.id, scopes={"$in": sorted(scopes)})
    if "client_credentials" in grants:
        revoke_client(client.id, user_id=None)
    if "authorization_code" in grants:
        revoke_client(client.id, user_id={"$ne": None})
