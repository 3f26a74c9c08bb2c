"""One search over everything that the actor may see. Each query walks an index."""

import re
from dataclasses import dataclass

from billing.actors import current_actor, own_customer_id
from billing.customers.queries import customer_names
from billing.database import Row, database
from billing.finding.kinds import KINDS, Kind
from billing.search import matching

MOST = 8
"""So many are found of a kind."""
_ID = re.compile(r"([a-z]+)_([0-9A-Za-z]{0,26})")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing: what it is called, and what tells it from others of that name."""

    kind: str
    id: str
    title: str
    notes: list[str]
    status: str | None


def find_anything(q: str) -> list[Found]:
    """What `q` means, kind by kind: an id or its beginning, the beginning of a number, or the
    beginnings of words of names, codes and emails."""
    text = q.strip()
    if not text:
        return []
    rows = [(kind, row) for kind in _kinds(text) for row in _rows(kind, _where(kind, text))]
    return _shown(rows)


def find_exactly(q: str) -> Found | None:
    """The one thing that has this id or number."""
    text = q.strip()
    rows = [
        (kind, row)
        for kind in _kinds(text)
        if text and (where := _exactly(kind, text))
        for row in _rows(kind, where)
    ]
    return _shown(rows)[0] if len(rows) == 1 else None


def _kinds(text: str) -> list[Kind]:
    """Those that the actor may see; of an id only the one it is of."""
    scopes, own = current_actor().scopes, own_customer_id()
    seen = [kind for kind in KINDS if kind.scope in scopes and (kind.own is not None or not own)]
    prefix = _prefix(text)
    if any(kind.prefix == prefix for kind in KINDS):
        return [kind for kind in seen if kind.prefix == prefix]
    return [kind for kind in seen if kind.by != "id"]


def _prefix(text: str) -> str | None:
    found = _ID.fullmatch(text)
    return found[1] if found else None


def _where(kind: Kind, text: str) -> Row:
    if _prefix(text) == kind.prefix:
        return {"_id": _beginning(_as_id(text))}
    if kind.by == "number":
        spelled = dict.fromkeys([text, text.upper()])
        return {"$or": [{"number": _beginning(each)} for each in spelled]}
    return matching(text)


def _exactly(kind: Kind, text: str) -> Row | None:
    if _prefix(text) == kind.prefix:
        return {"_id": _as_id(text)}
    return {"number": {"$in": [text, text.upper()]}} if kind.by == "number" else None


def _as_id(text: str) -> str:
    prefix, _, rest = text.partition("_")
    return f"{prefix}_{rest.upper()}"


def _beginning(text: str) -> Row:
    return {"$gte": text, "$lt": f"{text}~"}


def _rows(kind: Kind, where: Row) -> list[Row]:
    """Of ids and numbers the highest, which are the newest; of words as the index has them."""
    own = own_customer_id()
    parts = [where, kind.hidden, {"customer_id": own, **(kind.own or {})} if own else {}]
    found = database()[kind.collection].find(
        {"$and": [part for part in parts if part]}, dict.fromkeys(kind.fields, 1)
    )
    if "_id" in where:
        found = found.sort("_id", -1)
    elif kind.by == "number":
        found = found.sort("number", -1)
    return list(found.limit(MOST))


def _shown(rows: list[tuple[Kind, Row]]) -> list[Found]:
    names = customer_names([row["customer_id"] for _, row in rows if "customer_id" in row])
    return [_found(kind, row, names.get(row.get("customer_id", ""))) for kind, row in rows]


def _found(kind: Kind, row: Row, customer: str | None) -> Found:
    notes = [note for note in (customer, kind.note(row)) if note]
    return Found(kind.name, row["_id"], kind.title(row), notes, row.get("status"))
