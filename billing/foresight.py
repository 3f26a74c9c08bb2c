"""Looking ahead: an operation computes all that it would write, and none of it is written.

What writes asks first whether it is only foreseen; it is noted then, for whoever looks ahead. The
computing is the operation's own, so that what is foreseen is what would be done. A write that does
not ask is done and rolled back, which costs time and nothing else.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

import bson

from billing.database import Row, database
from billing.transactions import rehearse

T = TypeVar("T")

_noted: ContextVar[list[object] | None] = ContextVar("noted", default=None)


def foresee(work: Callable[[], T]) -> T:
    """Run `work` looking ahead and return what it returns. Not within a transaction."""

    def look_ahead() -> T:
        token = _noted.set([])  # anew for each attempt
        try:
            return work()
        finally:
            _noted.reset(token)

    return rehearse(look_ahead)


def is_only_foreseen(*written: object) -> bool:
    """Whether this is not to be written now, being noted instead."""
    noted = _noted.get()
    if noted is None:
        return False
    noted.extend(written)
    return True


def foreseen(kind: type[T]) -> list[T]:
    """What was noted of a kind, in its order."""
    return [one for one in _noted.get() or [] if isinstance(one, kind)]


def as_stored(row: Row) -> Row:
    """A copy of a row as it would be read again once it was written."""
    found: Row = bson.decode(bson.encode(row), codec_options=database().codec_options)
    return found
