"""The sidebar: what the reader may open."""

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar; `section` is the blueprint it stands for."""

    label: str
    icon: str
    endpoint: str
    scope: str | None = None

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        section = self.endpoint.partition(".")[0]
        return request.blueprint == section and (section != "account" or self._is_within())

    def _is_within(self) -> bool:
        """The account's pages share a blueprint: the longer address decides."""
        inside = request.path.removeprefix(url_for("account.index"))
        return request.path.startswith(self.url) if inside else request.path == self.url


_STAFF = (
    Entry("Dashboard", "home", "dashboard.index"),
    Entry("Customers", "people", "customers.index", "read:customers"),
    Entry("Plans", "tag", "plans.index", "read:plans"),
    Entry("Meters", "gauge", "meters.index", "read:plans"),
    Entry("Coupons", "ticket", "coupons.index", "read:plans"),
    Entry("Tax rates", "percent", "tax_rates.index", "read:plans"),
    Entry("Subscriptions", "repeat", "subscriptions.index", "read:subscriptions"),
    Entry("Invoices", "receipt", "invoices.index", "read:invoices"),
    Entry("Payments", "coins", "payments.index", "read:invoices"),
    Entry("Credit notes", "back", "credit_notes.index", "read:invoices"),
    Entry("Billing runs", "play", "runs.index", "read:invoices"),
    Entry("Test clocks", "clock", "test_clocks.index", "read:test_clocks"),
    Entry("Check of books", "check", "checks.index", "read:invoices"),
    Entry("Audit trail", "history", "events.index", "read:events"),
    Entry("API calls", "plug", "api_calls.index", "read:users"),
    Entry("Users", "key", "users.index", "read:users"),
    Entry("API clients", "chip", "oauth_clients.index", "read:oauth_clients"),
    Entry("Settings", "sliders", "seller.detail", "read:settings"),
    Entry("API documentation", "braces", "api_docs.index"),
)
_CUSTOMER = (
    Entry("Overview", "home", "account.index"),
    Entry("Subscriptions", "repeat", "account.subscriptions"),
    Entry("Invoices", "receipt", "account.invoices"),
)


def navigation() -> list[Entry]:
    """The reader's entries, nothing for those who are not signed in."""
    if not current_user.is_authenticated:
        return []
    if not current_user.is_staff:
        return list(_CUSTOMER)
    scopes = current_user.actor.scopes
    return [entry for entry in _STAFF if entry.scope is None or entry.scope in scopes]
