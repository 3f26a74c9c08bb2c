"""The two hands of a worker: two threads, each with a chunk of its own.

While one writes, which is mostly waiting for MongoDB, the other computes what it writes next. To
the database they are two workers, so what holds for those holds for them.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Thread

_SWITCH_SECONDS = 0.0005
"""So long the hand that computes keeps the interpreter from the one whose answer has come. Python's
own measure is ten times as long, and a transaction gets a dozen answers."""


def hands_of(worker: str) -> tuple[str, str]:
    """The names by which the hands of a worker lease chunks."""
    return f"{worker}-1", f"{worker}-2"


@contextmanager
def second_hand(work: Callable[[Event], None], *, is_used: bool) -> Iterator[None]:
    """Have `work` done in a thread beside what this one does, in the same context.

    It ends when it finds no more to do, or soon after it is told that it is enough.
    """
    if not is_used:
        yield
        return
    enough, before = Event(), sys.getswitchinterval()
    hand = Thread(target=copy_context().run, args=(work, enough), daemon=True)
    sys.setswitchinterval(_SWITCH_SECONDS)
    hand.start()
    try:
        yield
        hand.join()
    finally:
        enough.set()
        sys.setswitchinterval(before)
