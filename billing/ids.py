"""Prefixed identifiers that sort by creation: `cus_01JD…`, a ULID behind a word for the kind.

Ids made in the same millisecond by one process still ascend (the library's strict policy), so
ordering by id is ordering by creation and one index serves both. Source: github.com/ulid/spec.
"""

from ulid import ULID


def new_id(prefix: str) -> str:
    """A fresh id such as `inv_01JDC9…` (the prefix, an underscore, 26 characters)."""
    return f"{prefix}_{ULID()}"
