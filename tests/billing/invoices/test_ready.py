"""What bills are written as is made ready before the turn to write: nothing else is written."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bson import decode, encode

from billing.database import Database, Row, database
from billing.invoices.commit_bills import commit_bills
from billing.invoices.prepare_bills import Prepared, prepare_bills
from billing.invoices.ready import Unfinished, ready_or_none
from tests.billing.runs.books import many_subscriptions

AS_OF = date(2026, 6, 30)
ROW: Row = {
    "_id": "inv_1",
    "line_items": [{"description": "Größe\x00", "amount": 2**40}],
    "made": datetime(2026, 6, 1, 12, tzinfo=UTC),
    "nothing": {},
}


def test_a_row_is_whole_once_what_was_missing_is_known(db: Database[Row]) -> None:
    options = database().codec_options
    row = ROW | {"number": None}
    unfinished = Unfinished(row, options, "number")
    row["number"] = "INV-2026-000042"
    assert unfinished.finish().raw == encode(row)
    row["number"] = "INV-2026-1000000"  # another attempt gives another one
    assert unfinished.finish().raw == encode(row)
    assert decode(Unfinished(ROW, options).finish().raw, options) == ROW


def test_what_was_made_ready_is_what_is_written(db: Database[Row]) -> None:
    many_subscriptions(db, 12, last_start=date(2026, 6, 1))
    prepared = prepared_for(db)
    prepared.ready = ready_or_none(prepared.bills, "because")
    commit_bills(prepared)
    invoices = {row["_id"]: row for row in db.invoices.find()}
    assert {row["_id"]: stored(row) for row in prepared.invoices} == invoices
    told = {row["_id"]: row for row in db.events.find({"reason": "because"})}
    for row in told.values():
        row.pop("unsequenced")  # the server's own
    events = [event for bill in prepared.bills for event in bill.events]
    assert told == {row["_id"]: stored(row) for row in events}


def test_what_cannot_be_stored_is_left_to_whoever_writes(db: Database[Row]) -> None:
    many_subscriptions(db, 3, last_start=date(2026, 6, 1))
    prepared = prepared_for(db)
    prepared.invoices[0]["total"] = 2**64
    assert ready_or_none(prepared.bills) is None


def prepared_for(db: Database[Row]) -> Prepared:
    return prepare_bills(list(db.subscriptions.find()), AS_OF)


def stored(row: Row) -> Row:
    found: Row = decode(encode(row), database().codec_options)
    found.pop("unsequenced", None)
    return found
