"""What a backup consists of, and what is left out of it.

Left out are sign-ins, tokens and links that let somebody in (whoever signed out or was shut out
since must not be let in again by a restore), what is made anew when it is missed, and what is only
true of the running installation.
"""

from billing.database import database
from billing.maintenance.models import COLLECTION as MAINTENANCE
from billing.reports.models import COLLECTION as FIGURES
from billing.workers.models import COLLECTION as WORKERS

LETS_IN = (
    "sessions",
    "token_families",
    "refresh_tokens",
    "oauth_codes",
    "links",
    "setup_links",
    "sign_in_failures",
)
MADE_ANEW = ("papers", FIGURES)
OF_THE_INSTALLATION = (WORKERS, MAINTENANCE)
"""These a restore leaves as they are; all others it empties or replaces."""
LEFT_OUT = frozenset({*LETS_IN, *MADE_ANEW, *OF_THE_INSTALLATION})

INCOMING, OUTGOING = "restoring.", "replaced."
"""What begins so is a collection on its way in or out during a restore."""


def to_back_up() -> list[str]:
    """The collections of which a backup keeps every document."""
    names = database().list_collection_names(filter={"type": "collection"})
    return sorted(name for name in names if _belongs(name))


def _belongs(name: str) -> bool:
    return name not in LEFT_OUT and not name.startswith(("system.", INCOMING, OUTGOING))


EMPTY_BEFORE = (
    "customers",
    "plans",
    "coupons",
    "tax_rates",
    "meters",
    "subscriptions",
    "usage_events",
    "invoices",
    "payments",
    "credit_notes",
)
"""A database is empty for a restore when it has none of these: settings and the first admin of a
fresh installation are replaced."""
