"""What events and objects hold, for people: fields in words, values as they are read."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from billing.database import Row, database
from billing.events.objects import collection_of
from billing.events.reasons import reason_of
from billing.events.redact import ERASED
from billing.payments.failures import failure
from billing.phrases import Phrase
from portal.events.reach import reachable
from portal.languages.saying import own_words, said
from portal.values import NONE, date_text, instant, money, within, words

_MONEY = re.compile(
    r"(^|_)(price|amount|total|subtotal|due|paid|applied|fee|mrr|off|reduction|minimum|charged)$"
)
_NO_MONEY = frozenset({"percent_off"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_ID = re.compile(r"[a-z]{2,5}_[0-9A-Z]{26}")
_DEEPEST = 3
_CODES = frozenset(
    {
        "aggregation",
        "billing_cycle",
        "customer_role",
        "duration",
        "failure_code",
        "final_action",
        "invoice_delivery",
        "kind",
        "method",
        "number_reset",
        "price_source",
        "pricing_model",
        "proration",
        "provider",
        "role",
        "status",
        "tax_exempt",
    }
)
"""Fields that hold a code of ours, which has its word."""
_REASONS = frozenset({"subscription_cycle", "subscription_change", "subscription_end", "one_off"})
"""Why an invoice was made; a reason of anything else is a person's words."""
_ANYBODYS = "metadata."
"""Within it, names are anybody's own."""
_PUT_OUT = frozenset({"(hidden)", ERASED})


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is read, and where what it names is looked at."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A field in words, before and after."""

    label: str
    before: Value
    after: Value


def changes_shown(changes: Row, currency: str | None) -> list[Change]:
    """Each field that differs, those within a field one by one."""
    rows = []
    for name, (before, after) in changes.items():
        old, new = dict(_flat(name, before)), dict(_flat(name, after))
        for path in dict.fromkeys([*old, *new]):
            was, now = old.get(path), new.get(path)
            if was != now or len(old) == len(new) == 1:
                change = Change(
                    _label(path), _value(path, was, currency), _value(path, now, currency)
                )
                rows.append(change)
    return rows


def reason_shown(event: Row) -> str:
    """Why it happened; of a refund that failed, what the provider's code means."""
    if event["type"].endswith(".refund_failed"):
        return said(failure(event.get("reason")))
    reason = said(reason_of(event))
    return own_words(reason) if reason == ERASED else reason


def state_shown(state: Row, currency: str | None) -> list[tuple[str, Value, str]]:
    """Every field of an object with its value, and the name of the field that it belongs to."""
    return [
        (_label(path), _value(path, value, currency), name)
        for name, found in state.items()
        for path, value in _flat(name, found)
    ]


def money_of(object_ids: Iterable[str]) -> dict[str, Row]:
    """The currency of each object that has one, and its total; a query for each kind."""
    kinds: dict[str, list[str]] = {}
    for object_id in set(object_ids):
        if collection := collection_of(object_id):
            kinds.setdefault(collection, []).append(object_id)
    found = {}
    for collection, ids in kinds.items():
        where = {"_id": {"$in": ids}}
        for row in database()[collection].find(where, {"currency": 1, "total": 1}):
            if row.get("currency"):
                found[row["_id"]] = row
    return found


def _flat(path: str, value: Any, depth: int = 0) -> list[tuple[str, Any]]:
    """What is within a value, by the way to it: `preferences.currency`, `line_items.2.amount`."""
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict) and value and depth < _DEEPEST:
        parts = list(value.items())
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        parts = [(str(number), each) for number, each in enumerate(value, 1)]
    if not parts:
        return [(path, value)]
    return [pair for key, each in parts for pair in _flat(f"{path}.{key}", each, depth + 1)]


def _label(path: str) -> str:
    """`Preferences, currency`."""
    first, *rest = path.split(".")
    return ", ".join([words(_bare(first)), *(within(words(_bare(part))) for part in rest)])


def _bare(name: str) -> str:
    """`customer_id` is a customer; but an external id is no external."""
    return name if name in {"_id", "external_id"} else name.removesuffix("_id")


def _value(path: str, value: Any, currency: str | None) -> Value:
    name = path.rpartition(".")[2]
    if value is None or value in ("", [], {}):
        return Value(str(NONE))
    if isinstance(value, Phrase):
        return Value(said(value))
    if isinstance(value, bool):
        return Value(str(gettext("Yes") if value else gettext("No")))
    if isinstance(value, int | str) and currency and _is_money(path, name, value):
        return Value(money(value, currency))
    if isinstance(value, str) and _is_code(path, name, value):
        return Value(said(failure(value)) if name == "failure_code" else words(value))
    return _text(value)


def _is_code(path: str, name: str, value: str) -> bool:
    if path.startswith(_ANYBODYS):
        return False
    return value in _PUT_OUT or name in _CODES or (name == "reason" and value in _REASONS)


def _text(value: Any) -> Value:
    if isinstance(value, datetime):
        return Value(instant(value).striptags())
    if isinstance(value, list):
        return Value(", ".join(str(each) for each in value))
    text = str(value)
    return Value(_time_in(text) or text, reachable(text) if _ID.fullmatch(text) else None)


def _time_in(text: str) -> str | None:
    """The day or the instant that is kept as text; anybody's words may look like one."""
    with suppress(ValueError):
        if _DAY.fullmatch(text):
            return date_text(text)
        if _INSTANT.match(text):
            return instant(datetime.fromisoformat(text)).striptags()
    return None


def _is_money(path: str, name: str, value: int | str) -> bool:
    if path.startswith(_ANYBODYS):
        return False
    if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return False
    return bool(_MONEY.search(name)) and name not in _NO_MONEY
