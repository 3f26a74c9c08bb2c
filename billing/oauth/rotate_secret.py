"""Giving an API client another secret, while the present one still works for a while."""

from datetime import timedelta

from billing.events.journal import update
from billing.oauth.client_secrets import add_secret, retire_secrets
from billing.oauth.create_client import Told
from billing.oauth.errors import ClientHasNoSecret
from billing.oauth.inputs import RotateSecret
from billing.oauth.update_client import get_changeable
from billing.transactions import operation
from billing.users.families import revoke_client


@operation
def rotate_secret(client_id: str, data: RotateSecret, expected_revision: int | None = None) -> Told:
    """A new secret beside the present one, which ends when the overlap is over.

    Who wants no overlap thinks that others know the secret, so what it obtained for the client
    itself ends with it. Raises ClientNotFound, StaleRevision, ClientIsRevoked and
    ClientHasNoSecret.
    """
    client = get_changeable(client_id, expected_revision)
    if client.is_public:
        raise ClientHasNoSecret("A public client has no secret.")
    retire_secrets(client, timedelta(hours=data.overlap_hours))
    secret = add_secret(client)
    update(client, "oauth_client.secret_rotated")
    if data.overlap_hours == 0:
        revoke_client(client.id, user_id=None)
    return Told(client, secret)
