"""Where the objects that events tell of are kept, by the prefix of their ids."""

COLLECTIONS = {
    "cus": "customers",
    "plan": "plans",
    "sub": "subscriptions",
    "inv": "invoices",
    "pay": "payments",
    "rfd": "refunds",
    "cn": "credit_notes",
    "cpn": "coupons",
    "txr": "tax_rates",
    "mtr": "meters",
    "usr": "users",
    "clk": "test_clocks",
    "run": "billing_runs",
    "cli": "oauth_clients",
    "whk": "webhook_endpoints",
}


def collection_of(object_id: str) -> str | None:
    """The collection of an object, if it is of a kind that is kept."""
    if object_id == "seller":
        return "settings"
    return COLLECTIONS.get(object_id.partition("_")[0])
