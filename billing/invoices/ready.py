"""What bills are written as, made ready before it is their turn: only numbers are missing.

While one writes, nobody else who numbers invoices can; so what can be done before is done before.
"""

from dataclasses import dataclass, field

from bson import encode
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from billing import clock
from billing.database import Row, database
from billing.invoices import bill_events
from billing.invoices.bill import Bill
from billing.subscriptions.movements import movement_row

_NOTHING = encode({})


@dataclass(slots=True)
class Ready:
    """The rows that bills are written as, but for the invoices' numbers."""

    invoices: list["Unfinished"] = field(default_factory=list)
    events: list["Unfinished"] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)
    advances: list[tuple[Row, list[str]]] = field(default_factory=list)
    """How subscriptions change: those that move to the same values move in one update."""


class Unfinished:
    """A row that is BSON already, but for the fields that are still `missing`."""

    __slots__ = ("_begun", "_missing", "_row")

    def __init__(self, row: Row, options: CodecOptions[Row], missing: str | None = None) -> None:
        self._row, self._missing = row, missing
        known = {name: value for name, value in row.items() if name != missing} if missing else row
        self._begun = encode(known, codec_options=options)[4:-1]

    def finish(self) -> RawBSONDocument:
        """All of the row: its size, what was there, what was missing, and the zero at its end."""
        missing = self._missing
        rest = encode({missing: self._row[missing]}) if missing else _NOTHING
        size = (len(self._begun) + len(rest)).to_bytes(4, "little")
        return RawBSONDocument(b"".join((size, self._begun, rest[4:])))


def ready_or_none(bills: list[Bill], reason: str | None = None) -> Ready | None:
    """As `ready`; None where one of them cannot be stored, which is for whoever writes to find."""
    try:
        return ready(bills, reason)
    except (BSONError, OverflowError):
        return None


def ready(bills: list[Bill], reason: str | None = None) -> Ready:
    """What bills are written as. The audit trail is told the `reason` unless it was told before."""
    bill_events.tell(bills, reason)
    made, options = Ready(advances=_advances(bills)), database().codec_options
    for bill in bills:
        made.invoices += [Unfinished(invoice, options, "number") for invoice in bill.invoices]
        *issued, moved = bill.events
        made.events += [Unfinished(event, options, "changes") for event in issued]
        made.events.append(Unfinished(moved, options))
        made.movements += [
            movement_row(bill.reached, bill.purse.currency, movement) for movement in bill.movements
        ]
    return made


def _advances(bills: list[Bill]) -> list[tuple[Row, list[str]]]:
    groups: dict[str, tuple[Row, list[str]]] = {}
    for bill in bills:
        key = repr(bill.advance)
        groups.setdefault(key, (bill.advance, []))[1].append(bill.subscription["_id"])
    return [(_change(values), ids) for values, ids in groups.values()]


def _change(values: Row) -> Row:
    change: Row = {"$set": {"updated_at": clock.now()}, "$inc": {"revision": 1}}
    for name, value in values.items():
        change.setdefault("$unset" if value is None else "$set", {})[name] = value
    return change
