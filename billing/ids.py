"""Prefixed identifiers that sort by creation: `cus_01JD…`, a ULID behind a word for the kind.

Ids made in the same millisecond by one process still ascend (the library's strict policy), so
ordering by id is ordering by creation and one index serves both. Source: github.com/ulid/spec.
"""

from datetime import datetime

from ulid import ULID


def new_id(prefix: str) -> str:
    """A fresh id such as `inv_01JDC9…` (the prefix, an underscore, 26 characters)."""
    return f"{prefix}_{ULID()}"


def id_of(prefix: str, moment: datetime) -> str:
    """An id as of an aware moment, so that what is imported sorts by when it came to be."""
    return f"{prefix}_{ULID.from_datetime(moment)}"
