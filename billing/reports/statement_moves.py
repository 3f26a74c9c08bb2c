"""What each document does to a customer's balance: what is owed, less the credit in hand.

Pure. An invoice adds its total, a payment takes its amount off, a credit note what it credits.
Voiding takes either back on the day of voiding. Money that is paid back adds to the balance as far
as a credit note or credit that was used for it stands behind it: an invoice that was refunded
without a credit note stays paid, and nothing is owed for it again. So the balance is always the
sum of what is due on invoices less the customer's credit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from billing.database import Row

Kind = Literal[
    "invoice",
    "invoice_voided",
    "payment",
    "credit_note",
    "credit_note_voided",
    "refund",
    "credit_adjustment",
]


@dataclass(frozen=True, slots=True)
class Move:
    """One document, or its voiding. `amount` is the document's own, `change` what it does to the
    balance; both in smallest units. `day` is ISO; `moment` orders what is of one day."""

    day: str
    moment: datetime
    kind: Kind
    id: str
    currency: str
    amount: int
    change: int
    number: str | None = None
    invoice_id: str | None = None


def invoice_moves(row: Row, zone: ZoneInfo) -> Iterator[Move]:
    """An issued invoice's row."""
    issued = row.get("finalized_at") or row["created_at"]
    about = (row["_id"], row["currency"], row["total"])
    number = row.get("number")
    yield Move(row["issue_date"], issued, "invoice", *about, row["total"], number, row["_id"])
    if row["status"] == "void":
        at = row["voided_at"]
        yield Move(_day(at, zone), at, "invoice_voided", *about, -row["total"], number, row["_id"])


def payment_moves(row: Row) -> Iterator[Move]:
    """A row of a payment whose money came in."""
    about = (row["_id"], row["currency"], row["amount"], -row["amount"])
    of = row["invoice_id"]
    yield Move(row["paid_date"], row["created_at"], "payment", *about, invoice_id=of)


def credit_note_moves(row: Row, zone: ZoneInfo) -> Iterator[Move]:
    """A credit note's row. What had gone back before it was owed to nobody then, and is not now."""
    about = (row["_id"], row["currency"], row["total"])
    names = (row.get("number"), row.get("invoice_id"))
    credited = row["total"] - row.get("returned_amount", 0)
    yield Move(row["issue_date"], row["created_at"], "credit_note", *about, -credited, *names)
    if row["status"] == "void":
        at, taken_back = row["voided_at"], row["due_reduction"] + row["credit_amount"]
        yield Move(_day(at, zone), at, "credit_note_voided", *about, taken_back, *names)


def refund_moves(row: Row) -> Iterator[Move]:
    """A refund's row, unless it failed: then no money went back."""
    if row["status"] == "failed":
        return
    owed = row["amount"] if row.get("credit_note_id") else row.get("from_credit", 0)
    about = (row["_id"], row["currency"], row["amount"], owed)
    of = row["invoice_id"]
    yield Move(row["refund_date"], row["created_at"], "refund", *about, invoice_id=of)


def adjustment_moves(row: Row, zone: ZoneInfo) -> Iterator[Move]:
    """A row of credit that was granted or taken back by hand."""
    at, granted = row["created_at"], row["amount"]
    about = (row["_id"], row["currency"], granted, -granted)
    yield Move(_day(at, zone), at, "credit_adjustment", *about)


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
