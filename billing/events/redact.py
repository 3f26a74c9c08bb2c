"""Taking a person out of events that stay: nothing of an event's place, type or object changes.

Events tell what a field was before and after. Of what is about a person only that it changed is
left; states, amounts and dates stay, since the books are checked against them.
"""

import re
from collections.abc import Collection
from typing import Any

from billing.database import Row

ERASED = "(erased)"
"""Stands where something about a person was."""

_KEPT_OF: dict[str, frozenset[str]] = {
    "customer": frozenset(
        {"status", "tax_exempt", "tax_rate_ids", "credit_balances", "test_clock_id", "deleted_at"}
    ),
    "user": frozenset(
        {"status", "role", "customer_id", "customer_role", "session_version", "last_login_at",
         "second_factor_since"}
    ),
}  # fmt: skip
"""Of these objects all other fields are about the person."""
_PERSONAL = re.compile(
    r"^(customer|metadata|notes|purchase_order|to|email|copies|phone|name|token|cancellation_reason"
    r"|payment_source|payment_methods|external_id|idempotency_key)$"
)
"""Of all other objects these fields may be, whatever they hold."""
_STRUCTURAL = re.compile(r"(^|_)(status|currency|number|kind|key|code|ids?|date|at|start|end)$")
"""States, codes, numbers, ids and times, which hold no words of anybody's own."""


def redacted(event: Row, words: Collection[str], user_ids: Collection[str], name: str) -> Row:
    """The update that takes a person out of an event: `words` in lower case betray them, `name`
    stands for the users `user_ids` where they acted. Empty when there is nothing to take out."""
    change: Row = {}
    if changes := event.get("changes"):
        kept = _KEPT_OF.get(event["object_type"])
        told = {field: _told(field, values, kept, words) for field, values in changes.items()}
        if told != changes:
            change["changes"] = told
    unset: Row = {"change_phrases": 1} if "change_phrases" in event else {}
    if event.get("reason") not in {None, ERASED}:
        change["reason"] = ERASED
        unset |= {"reason_phrase": 1} if "reason_phrase" in event else {}
    actor = event.get("actor") or {}
    if actor.get("id") in user_ids and actor.get("name") != name:
        change["actor.name"] = name
    if event.get("ip") and _is_theirs(event, user_ids):
        unset["ip"] = 1
    return {**({"$set": change} if change else {}), **({"$unset": unset} if unset else {})}


def _is_theirs(event: Row, user_ids: Collection[str]) -> bool:
    """Whether they acted, or somebody did who may have been they; staff's address is staff's."""
    actor = event.get("actor") or {}
    return actor.get("id") in user_ids or actor.get("type") == "anonymous"


def _told(
    field: str, values: list[Any], kept: frozenset[str] | None, words: Collection[str]
) -> list[Any]:
    is_personal = field not in kept if kept is not None else bool(_PERSONAL.match(field))
    if is_personal:
        return [ERASED if value else value for value in values]
    return [without({field: value}, words)[field] for value in values]


def without(value: Any, words: Collection[str]) -> Any:
    """The value with every text erased, at any depth, that has one of the words in it.

    What the books are read by stays, also for whom is called Paid.
    """
    if isinstance(value, str):
        lowered = value.casefold()
        return ERASED if any(word in lowered for word in words) else value
    if isinstance(value, dict):
        return {
            name: each if _STRUCTURAL.search(name) else without(each, words)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [without(each, words) for each in value]
    return value
