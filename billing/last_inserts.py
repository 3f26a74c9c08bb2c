"""What a transaction writes last goes to the database together (billing.pipeline).

Nobody asks for it within the transaction: the event that tells of a change, the answer that is kept
with the work. Should anything be asked of the database after all, it goes out before that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from billing.database import database, holding
from billing.pipeline import Insert, insert_in_order

_waiting: ContextVar[list[Insert] | None] = ContextVar("waiting", default=None)


@contextmanager
def inserting_last() -> Iterator[None]:
    """What is inserted last in this context, which is within a transaction, is inserted when it
    ends, in the order in which it came; nothing where it ends with an error."""
    waiting: list[Insert] = []
    token = _waiting.set(waiting)
    try:
        with holding(_send):
            yield
            _send()
    finally:
        _waiting.reset(token)


def insert_last(*inserts: Insert) -> None:
    """Insert within the running transaction, soon: what is raised is raised by whoever is next to
    ask the database, or by the end of `inserting_last`."""
    waiting = _waiting.get()
    if waiting is None:
        insert_in_order(database(), inserts)
    else:
        waiting.extend(inserts)


def insert_now(*inserts: Insert) -> None:
    """Insert within the running transaction what is asked for in it, or may be refused."""
    insert_in_order(database(), inserts)


def _send() -> None:
    waiting = _waiting.get()
    if waiting:
        inserts = waiting.copy()
        waiting.clear()  # before, as sending asks the database as well
        insert_in_order(database(), inserts)
