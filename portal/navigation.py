"""The sidebar: what the reader may open."""

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from billing.payments.source import has_charging_provider


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar; `section` is the blueprint it stands for. The letter `key` leads to
    it after a g."""

    label: str
    icon: str
    endpoint: str
    scope: str | None = None
    key: str = ""

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        section = self.endpoint.partition(".")[0]
        return request.blueprint == section and (section != "account" or self._is_within())

    def _is_within(self) -> bool:
        """The account's pages share a blueprint: the longer address decides."""
        is_overview = self.endpoint == "account.index"
        return request.path == self.url if is_overview else request.path.startswith(self.url)


_STAFF = (
    Entry("Dashboard", "home", "dashboard.index", key="d"),
    Entry("Customers", "people", "customers.index", "read:customers", key="c"),
    Entry("Plans", "tag", "plans.index", "read:plans", key="p"),
    Entry("Meters", "gauge", "meters.index", "read:plans", key="m"),
    Entry("Coupons", "ticket", "coupons.index", "read:plans", key="o"),
    Entry("Tax rates", "percent", "tax_rates.index", "read:plans", key="t"),
    Entry("Subscriptions", "repeat", "subscriptions.index", "read:subscriptions", key="s"),
    Entry("Invoices", "receipt", "invoices.index", "read:invoices", key="i"),
    Entry("Payments", "coins", "payments.index", "read:invoices", key="y"),
    Entry("Credit notes", "back", "credit_notes.index", "read:invoices", key="n"),
    Entry("Billing runs", "play", "runs.index", "read:invoices", key="r"),
    Entry("Outbox", "envelope", "outbox.index", "read:customers", key="q"),
    Entry("Dunning", "bell", "dunning.index", "read:invoices", key="v"),
    Entry("Test clocks", "clock", "test_clocks.index", "read:test_clocks", key="k"),
    Entry("Check of books", "check", "checks.index", "read:invoices", key="b"),
    Entry("Audit trail", "history", "events.index", "read:events", key="a"),
    Entry("API calls", "plug", "api_calls.index", "read:users", key="l"),
    Entry("Users", "key", "users.index", "read:users", key="u"),
    Entry("Webhooks", "bolt", "webhooks.index", "read:webhooks", key="w"),
    Entry("API clients", "chip", "oauth_clients.index", "read:oauth_clients", key="x"),
    Entry("Settings", "sliders", "seller.detail", "read:settings", key="e"),
    Entry("API documentation", "braces", "api_docs.index", key="f"),
)
_CUSTOMER = (
    Entry("Overview", "home", "account.index", key="o"),
    Entry("Subscriptions", "repeat", "account.subscriptions", key="s"),
    Entry("Invoices", "receipt", "account.invoices", key="i"),
    Entry("Statement", "history", "statements.own", key="t"),
    Entry("Payment methods", "coins", "account.methods", key="p"),
    Entry("Team", "people", "account.team", key="m"),
    Entry("Billing details", "sliders", "account.details", key="d"),
)


def navigation() -> list[Entry]:
    """The reader's entries, nothing for those who are not signed in."""
    if not current_user.is_authenticated:
        return []
    if not current_user.is_staff:
        return [entry for entry in _CUSTOMER if _is_there(entry)]
    scopes = current_user.actor.scopes
    return [entry for entry in _STAFF if entry.scope is None or entry.scope in scopes]


def _is_there(entry: Entry) -> bool:
    """Payment methods are saved where a provider charges them."""
    return entry.endpoint != "account.methods" or has_charging_provider()
