"""Cursors: where the next page of a list begins, told to clients as opaque text."""

import base64
import binascii
import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import bson

from billing.database import Row
from billing.errors import Invalid

_NUMBERS = frozenset({"mrr", "version"})  # what can be sorted by and is no text


def encode(sort: str, value: Any, last_id: str) -> str:
    """The cursor of a list sorted so, behind the row of this id and sorted value."""
    value = value.isoformat() if isinstance(value, datetime) else value
    text = json.dumps([sort, value, last_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after(cursor: str, sort: str, field: str, direction: int) -> list[Row]:
    """The filters of all rows behind the cursor, part after part: those of the same value first.

    Each part is one stretch of the index; in one query, MongoDB would walk through all of the same
    value from their beginning. An absent value sorts before every other.
    """
    known, last_id = _decode(cursor, sort, field)
    value = _moment(known) if field == "created_at" else known
    beyond = "$lt" if direction < 0 else "$gt"
    if field == "_id":
        return [{"_id": {beyond: last_id}}]
    same: Row = {field: value, "_id": {beyond: last_id}}
    if value is None:
        return [same] if direction < 0 else [same, {field: {"$ne": None}}]
    return [same, {field: {beyond: value}}, *([{field: None}] if direction < 0 else [])]


def _decode(cursor: str, sort: str, field: str) -> tuple[str | int | None, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found, value, last_id = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        # A cursor is only ever text: an object in it would be a query operator.
        kinds = int if field in _NUMBERS else str | None
        if found == sort and isinstance(last_id, str) and isinstance(value, kinds):
            bson.encode({"told": [value, last_id]})  # JSON can hold what MongoDB cannot
            return value, last_id
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        pass
    raise _not_ours()


def _moment(text: Any) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(str(text))
        if moment.utcoffset() == timedelta():  # others may lie outside of the calendar in UTC
            return moment
    raise _not_ours()


def _not_ours() -> Invalid:
    return Invalid(
        "cursor must be a next_cursor of this list with the same filters and sort.", field="cursor"
    )
