"""Prefixed identifiers that sort by creation: `cus_01JD…`, a ULID behind a word for the kind.

Ids made by one process ascend, also within a millisecond and when the clock is set back, so
ordering by id is ordering by creation and one index serves both. Source: github.com/ulid/spec.
"""

import os
import secrets
import time
from datetime import datetime
from threading import Lock

from ulid_transform import bytes_to_ulid

_RANDOM_BITS = 80


def new_id(prefix: str) -> str:
    """A fresh id such as `inv_01JDC9…` (the prefix, an underscore, 26 characters)."""
    return f"{prefix}_{_text(_ascending.following(time.time_ns() // 1_000_000))}"


def id_of(prefix: str, moment: datetime) -> str:
    """An id as of an aware moment, so that what is imported sorts by when it came to be."""
    return f"{prefix}_{_text(_drawn(int(moment.timestamp() * 1000)))}"


def lowest_id(prefix: str, moment: datetime) -> str:
    """What no id made at an aware moment or later is below, for finding them by their ids."""
    return f"{prefix}_{_text(max(0, int(moment.timestamp() * 1000)) << _RANDOM_BITS)}"


class _Ascending:
    """The last number given; the one after it where its millisecond is not over."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """What a forked child must do, not to go on where its parent does."""
        self._lock = Lock()
        self._last = 0

    def following(self, milliseconds: int) -> int:
        with self._lock:
            if milliseconds > self._last >> _RANDOM_BITS:
                self._last = _drawn(milliseconds)
            else:
                self._last += 1
            return self._last


def _drawn(milliseconds: int) -> int:
    return milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def _text(number: int) -> str:
    return bytes_to_ulid(number.to_bytes(16, "big"))


_ascending = _Ascending()
os.register_at_fork(after_in_child=_ascending.begin_anew)
