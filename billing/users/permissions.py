"""Who may do what: one table from role to scopes, used by pages, the API and its tokens."""

from billing.phrases import Phrase

SCOPES: dict[str, Phrase] = {
    "read:customers": Phrase("See customers"),
    "write:customers": Phrase("Create, change and delete customers"),
    "read:plans": Phrase("See plans and prices"),
    "write:plans": Phrase("Create, change and archive plans"),
    "read:subscriptions": Phrase("See subscriptions"),
    "write:subscriptions": Phrase("Create, change and cancel subscriptions"),
    "read:invoices": Phrase("See invoices, payments and billing runs"),
    "write:invoices": Phrase("Issue, pay and void invoices, and run billing"),
    "read:webhooks": Phrase("See webhook endpoints"),
    "write:webhooks": Phrase("Change webhook endpoints"),
    "read:events": Phrase("See the audit trail"),
    "write:events": Phrase("Replay events"),
    "read:test_clocks": Phrase("See test clocks"),
    "write:test_clocks": Phrase("Move test clocks"),
    "read:users": Phrase("See users"),
    "write:users": Phrase("Create, change and disable users"),
    "read:oauth_clients": Phrase("See API clients"),
    "write:oauth_clients": Phrase("Create, change and revoke API clients"),
    "read:settings": Phrase("See the settings of the seller"),
    "write:settings": Phrase("Change the settings of the seller"),
}

# Whoever has these can give themselves all others, so no integration is given them.
_ADMINISTRATION = frozenset(
    {"read:users", "write:users", "read:oauth_clients", "write:oauth_clients"}
)
CLIENT_SCOPES: tuple[str, ...] = tuple(scope for scope in SCOPES if scope not in _ADMINISTRATION)
"""What an integration can be given at most."""

_READ = frozenset({"read:customers", "read:plans", "read:subscriptions", "read:invoices"})
_WRITE = frozenset({"write:customers", "write:plans", "write:subscriptions", "write:invoices"})

_TABLE: dict[str, frozenset[str]] = {
    "admin": frozenset(SCOPES),
    "billing": _READ | _WRITE | {"read:events"},
    "support": _READ | {"write:customers", "write:subscriptions", "read:events"},
    "viewer": _READ | {"read:events"},
    # Confined to their own customer by every query (billing.actors.own_customer_id).
    "customer": frozenset({"read:customers", "read:subscriptions", "read:invoices"}),
}

OWN_ACCOUNT = "write:account"
"""What an owner among a customer's users may do on the customer's own pages, and a viewer may not.
No token carries it: the API knows nothing of owners."""

ROLES: tuple[str, ...] = tuple(_TABLE)
STAFF_ROLES: tuple[str, ...] = tuple(role for role in ROLES if role != "customer")


def scopes_of(role: str) -> frozenset[str]:
    """The scopes that a role carries."""
    return _TABLE[role]
