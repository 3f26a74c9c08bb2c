"""Who may do what: one table from role to scopes, used by pages, the API and its tokens."""

SCOPES: dict[str, str] = {
    "read:customers": "See customers",
    "write:customers": "Create, change and delete customers",
    "read:plans": "See plans and prices",
    "write:plans": "Create, change and archive plans",
    "read:subscriptions": "See subscriptions",
    "write:subscriptions": "Create, change and cancel subscriptions",
    "read:invoices": "See invoices, payments and billing runs",
    "write:invoices": "Issue, pay and void invoices, and run billing",
    "read:webhooks": "See webhook endpoints",
    "write:webhooks": "Change webhook endpoints",
    "read:events": "See the audit trail",
    "write:events": "Replay events",
    "read:test_clocks": "See test clocks",
    "write:test_clocks": "Move test clocks",
    "read:users": "See users",
    "write:users": "Create, change and disable users",
    "read:oauth_clients": "See API clients",
    "write:oauth_clients": "Create, change and revoke API clients",
    "read:settings": "See the settings of the seller",
    "write:settings": "Change the settings of the seller",
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
