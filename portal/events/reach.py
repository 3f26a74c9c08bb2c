"""Which objects the present reader may look at."""

from billing.events.objects import collection_of
from portal.addresses import address_of
from portal.template_helpers import may

_SCOPES = {
    "customers": "read:customers",
    "plans": "read:plans",
    "coupons": "read:plans",
    "tax_rates": "read:plans",
    "meters": "read:plans",
    "subscriptions": "read:subscriptions",
    "users": "read:users",
    "oauth_clients": "read:oauth_clients",
    "webhook_endpoints": "read:webhooks",
    "test_clocks": "read:test_clocks",
    "settings": "read:settings",
}  # of all others: invoices


def scope_of(object_id: str) -> str:
    """What somebody must be able to read to see the object."""
    return _SCOPES.get(collection_of(object_id) or "", "read:invoices")


def reachable(object_id: str) -> str | None:
    """The object's page, if it has one and the reader may see it."""
    return address_of(object_id) if may(scope_of(object_id)) else None
