"""The two hands of a worker: two threads, each with a chunk of its own.

While one writes, which is mostly waiting for MongoDB, the other computes what it writes next. To
the database they are two workers, so what holds for those holds for them.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Thread

_SWITCH_SECONDS = 0.0005
"""So long the hand that computes keeps the interpreter from the one whose answer has come. Python's
own measure is ten times as long, and a transaction gets a dozen answers."""
_MADE_UNTIL_COLLECTED = 50_000
"""Rows refer to nothing that refers to them, so that collecting finds little and looks at much."""


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
    enough = Event()
    hand = Thread(target=copy_context().run, args=(work, enough), daemon=True)
    with _at_work():
        hand.start()
        try:
            yield
            hand.join()
        finally:
            enough.set()


@contextmanager
def _at_work() -> Iterator[None]:
    """The interpreter set for two hands."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(_MADE_UNTIL_COLLECTED, *thresholds[1:])
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
