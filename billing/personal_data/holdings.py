"""What is held about a person, collection by collection, and what erasing does with it.

Export, preview and erasure all go by this one table; a test holds it against all collections.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from billing.api_calls.models import COLLECTION as API_CALLS
from billing.database import Row, database
from billing.events.models import COLLECTION as EVENTS
from billing.mail.models import MAILS
from billing.personal_data.subjects import Subject
from billing.saved_views.models import COLLECTION as SAVED_VIEWS
from billing.subscriptions.movements import COLLECTION as MOVEMENTS
from billing.usage.models import EVENTS as USAGE

Fate = Literal["replaced", "deleted", "retained", "kept"]
"""`replaced`: names give way to a placeholder at once. `deleted`: gone at once. `retained`: the
law asks for it; replaced when its time is over. `kept`: holds no name, only amounts and dates."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Part of what is held: which rows of a collection, and what is not told even to its person."""

    name: str
    collection: str
    fate: Fate
    where: Callable[[Subject], Row]
    secret: frozenset[str] = frozenset()


def _of_customer(field: str = "customer_id") -> Callable[[Subject], Row]:
    """Rows that name the customer; none for a user."""
    return lambda subject: {field: subject.customer_id} if subject.is_customer else {"_id": ""}


def _of_users(field: str = "user_id") -> Callable[[Subject], Row]:
    return lambda subject: {field: {"$in": list(subject.user_ids)}}


def _events(subject: Subject) -> Row:
    """What happened around the customer, to the users, and by them."""
    users = list(subject.user_ids)
    theirs: list[Row] = [{"object_id": {"$in": users}}, {"actor.id": {"$in": users}}]
    return {"$or": [*theirs, *([{"customer_id": subject.customer_id}] * subject.is_customer)]}


def _mails(subject: Subject) -> Row:
    """What was sent to the customer, or to an address of theirs and about no other customer."""
    own = [None, subject.customer_id or subject.employer_id]
    to_them: Row = {"to": {"$in": list(subject.emails)}, "customer_id": {"$in": own}}
    of_customer = [{"customer_id": subject.customer_id}] * subject.is_customer
    return {"$or": [to_them, *of_customer]}


def _refresh_tokens(subject: Subject) -> Row:
    """Those of their sign-ins: each names its family, and is found by it."""
    families = database().token_families.find({"user_id": {"$in": list(subject.user_ids)}})
    return {"family_id": {"$in": [row["_id"] for row in families]}}


_TOKENS = frozenset({"_id", "hash", "token"})

HOLDINGS: tuple[Holding, ...] = (
    Holding("events", EVENTS, "replaced", _events),
    Holding("usage", USAGE, "replaced", _of_customer()),
    Holding("api_calls", API_CALLS, "replaced", _of_users("by")),
    Holding("mails", MAILS, "deleted", _mails, frozenset({"sealed"})),
    Holding("sessions", "sessions", "deleted", _of_users(), frozenset({"_id"})),
    Holding("refresh_tokens", "refresh_tokens", "deleted", _refresh_tokens, _TOKENS),
    Holding("api_sign_ins", "token_families", "deleted", _of_users()),
    Holding("links", "links", "deleted", _of_users(), _TOKENS),
    Holding("consents", "oauth_codes", "deleted", _of_users(), _TOKENS),
    Holding(
        "second_factors",
        "second_factors",
        "deleted",
        _of_users("_id"),
        frozenset({"secret", "recovery"}),
    ),
    Holding("saved_views", SAVED_VIEWS, "deleted", _of_users("owner_id")),
    Holding("subscriptions", "subscriptions", "replaced", _of_customer()),
    Holding("revenue", MOVEMENTS, "kept", _of_customer()),
    Holding("credit", "credit_entries", "retained", _of_customer()),
    Holding("invoices", "invoices", "retained", _of_customer()),
    Holding("credit_notes", "credit_notes", "retained", _of_customer()),
    Holding("payments", "payments", "retained", _of_customer(), frozenset({"token"})),
    Holding("refunds", "refunds", "retained", _of_customer()),
    Holding("users", "users", "replaced", _of_users("_id"), frozenset({"password_hash"})),
    Holding("customer", "customers", "replaced", _of_customer("_id")),
)
"""In the order of their erasure: who it is about is the last to go, since the others are found and
recognised by it."""
