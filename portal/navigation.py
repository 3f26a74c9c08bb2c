"""The sidebar: what the reader may open."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString
from flask_login import current_user

from billing.payments.source import has_charging_provider


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar; `section` is the blueprint it stands for. The letter `key` leads to
    it after a g."""

    label: LazyString
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
    Entry(lazy("Dashboard"), "home", "dashboard.index", key="d"),
    Entry(lazy("Customers"), "people", "customers.index", "read:customers", key="c"),
    Entry(lazy("Plans"), "tag", "plans.index", "read:plans", key="p"),
    Entry(lazy("Meters"), "gauge", "meters.index", "read:plans", key="m"),
    Entry(lazy("Coupons"), "ticket", "coupons.index", "read:plans", key="o"),
    Entry(lazy("Tax rates"), "percent", "tax_rates.index", "read:plans", key="t"),
    Entry(lazy("Subscriptions"), "repeat", "subscriptions.index", "read:subscriptions", key="s"),
    Entry(lazy("Invoices"), "receipt", "invoices.index", "read:invoices", key="i"),
    Entry(lazy("Payments"), "coins", "payments.index", "read:invoices", key="y"),
    Entry(lazy("Credit notes"), "back", "credit_notes.index", "read:invoices", key="n"),
    Entry(lazy("Billing runs"), "play", "runs.index", "read:invoices", key="r"),
    Entry(lazy("Outbox"), "envelope", "outbox.index", "read:customers", key="q"),
    Entry(lazy("Dunning"), "bell", "dunning.index", "read:invoices", key="v"),
    Entry(lazy("Test clocks"), "clock", "test_clocks.index", "read:test_clocks", key="k"),
    Entry(lazy("Check of books"), "check", "checks.index", "read:invoices", key="b"),
    Entry(lazy("Audit trail"), "history", "events.index", "read:events", key="a"),
    Entry(lazy("API calls"), "plug", "api_calls.index", "read:users", key="l"),
    Entry(lazy("Users"), "key", "users.index", "read:users", key="u"),
    Entry(lazy("Webhooks"), "bolt", "webhooks.index", "read:webhooks", key="w"),
    Entry(lazy("API clients"), "chip", "oauth_clients.index", "read:oauth_clients", key="x"),
    Entry(lazy("Settings"), "sliders", "seller.detail", "read:settings", key="e"),
    Entry(lazy("API documentation"), "braces", "api_docs.index", key="f"),
)
_CUSTOMER = (
    Entry(lazy("Overview"), "home", "account.index", key="o"),
    Entry(lazy("Subscriptions"), "repeat", "account.subscriptions", key="s"),
    Entry(lazy("Invoices"), "receipt", "account.invoices", key="i"),
    Entry(lazy("Statement"), "history", "statements.own", key="t"),
    Entry(lazy("Payment methods"), "coins", "account.methods", key="p"),
    Entry(lazy("Team"), "people", "account.team", key="m"),
    Entry(lazy("Billing details"), "sliders", "account.details", key="d"),
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
