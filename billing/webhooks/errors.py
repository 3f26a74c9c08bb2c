"""Refusals about webhooks."""

from billing.errors import Conflict, Invalid, NotFound


class WebhookEndpointNotFound(NotFound):
    """There is no such endpoint."""

    code = "webhook_endpoint_not_found"


class DeliveryNotFound(NotFound):
    """There is no such delivery to this endpoint, or it is older than what is kept."""

    code = "webhook_delivery_not_found"


class WebhookUrlRefused(Invalid):
    """Webhooks do not go to this address."""

    code = "webhook_url_refused"


class WebhookEndpointDisabled(Conflict):
    """A disabled endpoint is sent nothing; enable it first."""

    code = "webhook_endpoint_disabled"


class TooManyWebhookEndpoints(Conflict):
    """There are as many endpoints as there may be."""

    code = "too_many_webhook_endpoints"


class TooManySecrets(Conflict):
    """There are as many valid secrets as there may be; wait until one ends."""

    code = "too_many_webhook_secrets"
