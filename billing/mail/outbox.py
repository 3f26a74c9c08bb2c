"""Putting mail into the outbox, in the transaction of whatever it is about.

So it is there exactly if that has happened. Nothing is sent here: a worker does it later.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pymongo import ReturnDocument

from billing import clock
from billing.database import Row, database
from billing.ids import new_id
from billing.mail.errors import AddressUnusable
from billing.mail.kinds import KINDS, FactType
from billing.mail.models import KEPT_FOR, MAILS
from billing.sealing import seal

PURPOSE = "mail"
"""What the secret facts are sealed for."""

Facts = dict[str, Any]
Attached = tuple[Literal["invoice", "receipt"], str]
"""What is attached, and whose: an invoice's id, or for a receipt the payment's."""

_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\]{1,64}@[^\s@<>(),;:\"\\]{1,255}")
# New mail is due at once whatever the clock of who queues it says; urgent kinds come first.
_URGENT = datetime(1970, 1, 1, tzinfo=UTC)
_ORDINARY = _URGENT + timedelta(days=1)
_SHAPES: dict[FactType, tuple[type, ...]] = {
    "text": (str,),
    "money": (list, tuple),
    "day": (str,),
    "number": (int,),
    "flag": (bool,),
    "link": (str,),
}


_kept_only: ContextVar[bool] = ContextVar("kept_only", default=False)


@contextmanager
def kept_only() -> Iterator[None]:
    """Within, mail is put on record and never sent: for what is made up or long past."""
    token = _kept_only.set(True)
    try:
        yield
    finally:
        _kept_only.reset(token)


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as its form tells."""
    return _ADDRESS.fullmatch(text) is not None


def queue_mail(
    kind: str,
    *,
    to: str,
    language: str,
    facts: Facts,
    customer_id: str | None = None,
    about: str | None = None,
    document: Attached | None = None,
    once: str | None = None,
    copies: Sequence[str] = (),
) -> str:
    """Have a mail of `kind` (billing.mail.kinds) sent to the address `to`; the mail's id.

    `copies` are further addresses; those that cannot be used are left out. `language` is a tag such
    as `de-AT`, `about` the id of what the mail is about. It joins the
    caller's transaction. A second mail with the same key `once` is not queued: the id is the
    first one's. Raises AddressUnusable; ValueError for facts that the kind does not know.
    """
    row = mail_row(kind, to=to, language=language, facts=facts, copies=copies)
    told = {"customer_id": customer_id, "about": about, "document": document}
    row.update((name, value) for name, value in told.items() if value is not None)
    if once is None:
        database()[MAILS].insert_one(row)
        return str(row["_id"])
    kept: Row = database()[MAILS].find_one_and_update(
        {"once": once},
        {"$setOnInsert": row},
        {"_id": 1},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )  # type: ignore[assignment]
    return str(kept["_id"])


def mail_row(kind: str, *, to: str, language: str, facts: Facts, copies: Sequence[str] = ()) -> Row:
    """A mail that waits, as MongoDB keeps it."""
    if not is_address(to):
        raise AddressUnusable("Mail cannot be sent to this address.", field="to")
    _check(kind, facts)
    known = KINDS[kind]
    secrets = {name: facts[name] for name in facts.keys() & known.secrets}
    now = clock.wall_clock()
    row: Row = {
        "_id": new_id("mail"),
        "kind": kind,
        "to": to,
        "language": language,
        "facts": {name: facts[name] for name in facts if name not in secrets},
        "status": "waiting",
        "due_at": at_once(kind),
        "tries": 0,
        "attempts": [],
        "sendings": 1,
        "queued_at": now,
        "created_at": now,
    }
    if usable := [copy for copy in copies if copy != to and is_address(copy)]:
        row["copies"] = usable
    if _kept_only.get():
        row.update(status="kept", settled_at=now, expires_at=now + KEPT_FOR)
    return {**row, "sealed": seal(json.dumps(secrets), PURPOSE)} if secrets else row


def at_once(kind: str) -> datetime:
    """When mail of this kind is due that need not wait."""
    return _URGENT if KINDS[kind].is_urgent else _ORDINARY


def _check(kind: str, facts: Facts) -> None:
    """Whoever queues a mail must know its kind: what goes wrong here is a mistake in the code."""
    for name, value in facts.items():
        type_ = KINDS[kind].facts.get(name)
        if type_ is None:
            raise ValueError(f"a mail of the kind {kind} has no fact {name}")
        if not isinstance(value, _SHAPES[type_]):
            raise ValueError(f"the fact {name} of a mail must be a {type_}")
    if KINDS[kind].is_secret and "link" not in facts:
        raise ValueError(f"a mail of the kind {kind} needs a link")
