"""Putting placeholders where a person was, a holding each; doing it again changes nothing more."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import islice
from typing import Any

from pymongo import UpdateOne

from billing import clock
from billing.customers.models import Preferences
from billing.database import Row, database
from billing.events.redact import redacted
from billing.personal_data.holdings import Holding
from billing.personal_data.placeholders import email_of, name_of
from billing.personal_data.subjects import Subject

_AT_A_TIME = 500

Update = Callable[[Row, Subject], Row]


def replace_in(holding: Holding, subject: Subject) -> None:
    """Replace in all rows of a holding, some hundred at a time: each is whole or untouched."""
    update, rows = _UPDATES[holding.name], _rows(holding, subject)
    while some := list(islice(rows, _AT_A_TIME)):
        changes = [(row["_id"], update(row, subject)) for row in some]
        writes: list[UpdateOne] = [UpdateOne({"_id": i}, c) for i, c in changes if c]
        if writes:
            database()[holding.collection].bulk_write(writes, ordered=False)


def _rows(holding: Holding, subject: Subject) -> Iterator[Row]:
    found = database()[holding.collection]
    return iter(found.find(holding.where(subject), batch_size=_AT_A_TIME))


def _event(row: Row, subject: Subject) -> Row:
    """What they did to others stays as it was done; only who did it is nobody's name now."""
    theirs = set(subject.user_ids)
    is_of_customer = subject.is_customer and row.get("customer_id") == subject.customer_id
    if not is_of_customer and row["object_id"] not in theirs:
        row = {**row, "changes": None, "reason": None}
    acting = (row.get("actor") or {}).get("id", "")
    return redacted(row, subject.words, theirs, name_of(acting))


def _usage(row: Row, subject: Subject) -> Row:
    """Distinct values stay distinct; who sent it, and by what key, is nobody's any more."""
    change: Row = {"idempotency_key": row["_id"]}
    if isinstance(row["value"], str):
        change["value"] = _distinct(row["value"], subject.salt)
    if (row.get("actor") or {}).get("id") in subject.user_ids:
        change["actor.name"] = name_of(row["actor"]["id"])
    return {"$set": change}


def _distinct(value: str, salt: bytes) -> str:
    if value.startswith("erased-"):
        return value
    return f"erased-{blake2b(value.encode(), key=salt, digest_size=8).hexdigest()}"


def _api_call(row: Row, _subject: Subject) -> Row:
    id_ = row["actor"]["id"]
    named = {"actor.name": name_of(id_)} if id_.startswith("usr_") else {}
    return {"$unset": {"address": 1}, **({"$set": named} if named else {})}


def _subscription(row: Row, _subject: Subject) -> Row:
    theirs = ("metadata", "cancellation_reason", "cancellation_reason_phrase")
    unset = {name: 1 for name in theirs if row.get(name)}
    return {"$unset": unset, **_written()} if unset else {}


def _user(row: Row, _subject: Subject) -> Row:
    gone = ("password_hash", "oidc_issuer", "oidc_subject", "second_factor_since", "last_login_at")
    change = {
        "name": name_of(row["_id"]),
        "email": email_of(row["_id"]),
        "status": "disabled",
        "search_terms": [],
        "updated_at": clock.now(),
    }
    raised = {"revision": 1, "session_version": 1}
    return {"$set": change, "$unset": dict.fromkeys(gone, 1), "$inc": raised}


def _customer(row: Row, _subject: Subject) -> Row:
    gone = ("phone", "address", "billing_address", "external_id")
    empty: Row = {"contacts": [], "tax_ids": [], "metadata": {}, "search_terms": []}
    name = name_of(row["_id"])
    change: Row = {
        **empty,
        "payment_source": {},
        "payment_methods": [],
        "name": name,
        "name_key": name.casefold(),
        "email": email_of(row["_id"]),
        "preferences": _preferences(row),
        "updated_at": clock.now(),
    }
    return {"$set": change, "$unset": dict.fromkeys(gone, 1), "$inc": {"revision": 1}}


def _preferences(row: Row) -> Any:
    """Nothing of it but the currency, which the books are kept in."""
    return Preferences(currency=row["preferences"]["currency"]).to_mongo()


def _written() -> Row:
    return {"$inc": {"revision": 1}, "$set": {"updated_at": clock.now()}}


_UPDATES: dict[str, Update] = {
    "events": _event,
    "usage": _usage,
    "api_calls": _api_call,
    "subscriptions": _subscription,
    "users": _user,
    "customer": _customer,
}
