"""Replacing an endpoint's secret while both the old and the new one are valid."""

from datetime import timedelta

from billing import clock
from billing.events.journal import update
from billing.transactions import operation
from billing.webhooks.errors import TooManySecrets
from billing.webhooks.inputs import RotateWebhookSecret
from billing.webhooks.queries import get_endpoint
from billing.webhooks.save_endpoint import NewEndpoint
from billing.webhooks.secret_keys import MOST_SECRETS, ending, make_secret


@operation
def rotate_secret(
    endpoint_id: str, data: RotateWebhookSecret, expected_revision: int | None = None
) -> NewEndpoint:
    """A new secret; deliveries are signed with the present ones too until the overlap ends.

    Raises WebhookEndpointNotFound, StaleRevision and TooManySecrets.
    """
    endpoint = get_endpoint(endpoint_id)
    endpoint.check_revision(expected_revision)
    overlap = timedelta(hours=data.overlap_hours)
    kept = ending(list(endpoint.secrets), clock.wall_clock(), overlap)
    if len(kept) >= MOST_SECRETS:
        raise TooManySecrets(
            "%(most)s secrets are valid; wait until one of them ends.", most=MOST_SECRETS
        )
    secret = make_secret()
    endpoint.secrets = [secret.row, *kept]
    update(endpoint, "webhook_endpoint.secret_rotated")
    return NewEndpoint(endpoint, secret.text)
