"""The list of the portal's features."""

from importlib import import_module

from flask import Blueprint

FEATURES = (
    "auth",
    "profile",
    "dashboard",
    "search",
    "saved_views",
    "revenue",
    "customers",
    "plans",
    "coupons",
    "tax_rates",
    "meters",
    "subscriptions",
    "usage",
    "invoices",
    "credit_notes",
    "payments",
    "papers",
    "statements",
    "runs",
    "dunning",
    "checks",
    "test_clocks",
    "events",
    "api_calls",
    "webhooks",
    "users",
    "personal_data",
    "oauth_clients",
    "oauth",
    "seller",
    "mail",
    "outbox",
    "account",
    "api_docs",
)


def blueprints() -> list[Blueprint]:
    """One blueprint for each feature."""
    return [import_module(f"portal.{name}.views").blueprint for name in FEATURES]
