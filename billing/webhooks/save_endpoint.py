"""Making, changing and deleting endpoints."""

from typing import NamedTuple

from billing.actors import current_actor
from billing.database import database
from billing.events.journal import difference, insert, record, update
from billing.transactions import operation
from billing.webhooks.errors import TooManyWebhookEndpoints, WebhookUrlRefused
from billing.webhooks.inputs import WebhookEndpointInput
from billing.webhooks.models import ENDPOINTS, LANES, WebhookEndpoint
from billing.webhooks.queries import get_endpoint
from billing.webhooks.secret_keys import make_secret
from billing.webhooks.targets import TargetRefused, check_target

MOST_ENDPOINTS = 100


class NewEndpoint(NamedTuple):
    """A new endpoint and its secret, which nobody can see again."""

    endpoint: WebhookEndpoint
    secret: str


@operation
def create_endpoint(data: WebhookEndpointInput) -> NewEndpoint:
    """A new endpoint, told of what happens from now on.

    Raises WebhookUrlRefused and TooManyWebhookEndpoints.
    """
    _check_url(data.url)
    if database()[ENDPOINTS].count_documents({"_id": {"$gt": ""}}) >= MOST_ENDPOINTS:
        raise TooManyWebhookEndpoints(
            "There can be %(most)s webhook endpoints at most.", most=MOST_ENDPOINTS
        )
    secret, actor = make_secret(), current_actor()
    endpoint = WebhookEndpoint(
        status=data.status or "enabled",
        secrets=[secret.row],
        created_by={"type": actor.type, "id": actor.id, "name": actor.name},
    )
    _fill(endpoint, data)
    insert(endpoint, "webhook_endpoint.created")
    database()[LANES].insert_one({"_id": endpoint.id, "failures": 0})
    return NewEndpoint(endpoint, secret.text)


@operation
def update_endpoint(
    endpoint_id: str, data: WebhookEndpointInput, expected_revision: int | None = None
) -> WebhookEndpoint:
    """Replace what is known of an endpoint. What waits for it goes to the new address.

    Raises WebhookEndpointNotFound, StaleRevision and WebhookUrlRefused.
    """
    endpoint = get_endpoint(endpoint_id)
    endpoint.check_revision(expected_revision)
    if data.url != endpoint.url:
        _check_url(data.url)
    was_url, was_enabled = endpoint.url, endpoint.is_enabled
    endpoint.status = data.status or endpoint.status
    if endpoint.is_enabled:
        endpoint.disabled_reason = None
    _fill(endpoint, data)
    update(endpoint, "webhook_endpoint.updated")
    if endpoint.url != was_url or (endpoint.is_enabled and not was_enabled):
        begin_again(endpoint_id)
    return endpoint


@operation
def disable_endpoint(
    endpoint_id: str, expected_revision: int | None = None, *, reason: str | None = None
) -> WebhookEndpoint:
    """Send the endpoint nothing more; what waits for it stays. Done already, it changes nothing.

    `reason` is `gone` where the endpoint itself asked for it. Raises WebhookEndpointNotFound and
    StaleRevision.
    """
    endpoint = get_endpoint(endpoint_id)
    endpoint.check_revision(expected_revision)
    if endpoint.is_enabled:
        endpoint.status, endpoint.disabled_reason = "disabled", reason
        update(endpoint, "webhook_endpoint.disabled")
    return endpoint


@operation
def delete_endpoint(endpoint_id: str, expected_revision: int | None = None) -> None:
    """Forget the endpoint; the worker clears away what was delivered to it.

    Raises WebhookEndpointNotFound and StaleRevision.
    """
    endpoint = get_endpoint(endpoint_id)
    endpoint.check_revision(expected_revision)
    record(endpoint, "webhook_endpoint.deleted", changes=difference(endpoint.row(), {}))
    database()[ENDPOINTS].delete_one({"_id": endpoint_id})
    database()[LANES].delete_one({"_id": endpoint_id})


def begin_again(endpoint_id: str) -> None:
    """Ask whoever works on the endpoint to forget its failures and try all that waits at once."""
    database()[LANES].update_one({"_id": endpoint_id}, {"$set": {"begin_again": True}})


def _fill(endpoint: WebhookEndpoint, data: WebhookEndpointInput) -> None:
    for name in ("url", "description", "event_types", "metadata"):
        setattr(endpoint, name, getattr(data, name))


def _check_url(url: str) -> None:
    try:
        check_target(url)
    except TargetRefused as refused:
        raise WebhookUrlRefused(refused.message, field="url") from None
