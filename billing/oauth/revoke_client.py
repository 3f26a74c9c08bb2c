"""Revoking an API client: it gets no token any more, and all it has are dead at once."""

from billing import clock
from billing.events.journal import update
from billing.oauth.models import Client
from billing.oauth.update_client import get_changeable
from billing.transactions import operation
from billing.users import families


@operation
def revoke_client(client_id: str, expected_revision: int | None = None) -> Client:
    """End the client for good, on every instance.

    Raises ClientNotFound, StaleRevision and ClientIsRevoked.
    """
    client = get_changeable(client_id, expected_revision)
    client.status, client.revoked_at = "revoked", clock.now()
    client.secrets = []
    update(client, "oauth_client.revoked")
    families.revoke_client(client.id)
    return client
