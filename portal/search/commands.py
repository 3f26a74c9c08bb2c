"""What can be gone to or begun from anywhere, by its name."""

import re
from collections.abc import Iterable

from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from billing.finding.find import MOST
from portal.navigation import Entry, navigation

_WORD = re.compile(r"[^\W_]+")
_ACTIONS = (
    Entry(lazy("New customer"), "plus", "customers.create", "write:customers"),
    Entry(lazy("New subscription"), "plus", "subscriptions.create", "write:subscriptions"),
    Entry(lazy("New invoice"), "plus", "invoices.create", "write:invoices"),
    Entry(lazy("New plan"), "plus", "plans.create", "write:plans"),
    Entry(lazy("New coupon"), "plus", "coupons.create", "write:plans"),
    Entry(lazy("New tax rate"), "plus", "tax_rates.create", "write:plans"),
    Entry(lazy("New meter"), "plus", "meters.create", "write:plans"),
    Entry(lazy("New test clock"), "plus", "test_clocks.create", "write:test_clocks"),
    Entry(lazy("New user"), "plus", "users.create", "write:users"),
    Entry(lazy("New API client"), "plus", "oauth_clients.create", "write:oauth_clients"),
    Entry(lazy("Run billing"), "play", "runs.index", "write:invoices"),
    Entry(lazy("Check the books"), "check", "checks.index", "write:invoices"),
    Entry(lazy("Change the settings"), "sliders", "seller.edit", "write:settings"),
)
_OTHER_WORDS = ("add", "create")  # for new
_OF_EVERYBODY = (Entry(lazy("Your account and password"), "key", "profile.index"),)


def commands(q: str = "") -> list[Entry]:
    """The reader's pages and actions of whose names every word of `q` begins a word; all of them,
    or the first few that match."""
    wanted = _WORD.findall(q.casefold())
    if not q.strip():
        return _offered()
    return [entry for entry in _offered() if wanted and _means(wanted, entry)][:MOST]


def _offered() -> list[Entry]:
    scopes = current_user.actor.scopes if current_user.is_staff else ()
    actions = [entry for entry in _ACTIONS if entry.scope in scopes]
    return [*navigation(), *actions, *_OF_EVERYBODY]


def _means(wanted: list[str], entry: Entry) -> bool:
    words = _WORD.findall(str(entry.label).casefold())
    other = _OTHER_WORDS if "new" in words else ()
    return all(_begins(each, words) or (len(each) > 1 and _begins(each, other)) for each in wanted)


def _begins(beginning: str, words: Iterable[str]) -> bool:
    return any(word.startswith(beginning) for word in words)
