"""Everything that is held about a person, as a ZIP of JSON files that is made while it is sent."""

import base64
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from bson import Decimal128, Timestamp

from billing import clock
from billing.customers.queries import get_customer
from billing.database import Row, database
from billing.events.journal import record
from billing.personal_data.holdings import HOLDINGS, Holding
from billing.personal_data.subjects import Subject
from billing.schema import VERSION_FIELD
from billing.shapes import instant
from billing.transactions import operation
from billing.users.queries import get_user

_AT_A_TIME = 500
_INNER = frozenset(
    {
        "search_terms",
        "name_key",
        "holds",
        "revision",
        "unsequenced",
        "reason_phrase",
        "change_phrases",
        "cancellation_reason_phrase",
        "how_phrase",
        VERSION_FIELD,
    }
)
"""What serves the database alone."""


@operation
def note_export(subject: Subject) -> None:
    """Put on record who was given what is held about a person."""
    if subject.is_customer:
        record(get_customer(subject.id), "customer.data_exported")
    else:
        record(get_user(subject.id), "user.data_exported")


def exported(subject: Subject) -> Iterator[bytes]:
    """The ZIP in parts. However much there is, no more than some hundred rows are held at once."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for holding in HOLDINGS:
            with archive.open(f"{holding.name}.json", "w") as file:
                for line in _lines(holding, subject):
                    file.write(line)
                    yield from sink.taken()
        archive.writestr("about.json", _about(subject))
    yield from sink.taken()


class _Sink:
    """What a ZIP is written to that nobody can go back in: a file that is on its way already."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        yield from parts


def _lines(holding: Holding, subject: Subject) -> Iterator[bytes]:
    """A JSON array, a row a line."""
    rows = database()[holding.collection].find(holding.where(subject), batch_size=_AT_A_TIME)
    before = b"[\n"
    for row in rows.sort("_id", 1):
        yield before + _json(_shown(row, holding))
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _shown(row: Row, holding: Holding) -> Row:
    hidden = _INNER | holding.secret
    return {"id" if name == "_id" else name: row[name] for name in row if name not in hidden}


def _about(subject: Subject) -> bytes:
    """What the files are, for whoever opens them."""
    about = {
        "about": subject.id,
        "made_at": clock.now(),
        "files": {f"{holding.name}.json": holding.fate for holding in HOLDINGS},
        "left_out": "Passwords, secrets, tokens and what others than this person are told by.",
    }
    return _json(about, indent=2)


def _json(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, default=_told, ensure_ascii=False, indent=indent).encode()


def _told(value: object) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal128 | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Timestamp):
        return value.time
    return str(value)
