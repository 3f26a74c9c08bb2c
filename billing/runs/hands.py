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
def beside(*works: Callable[[Event], None]) -> Iterator[list[Thread]]:
    """Have each of `works` done in a thread beside what this one does, in the same context.

    They end when they find no more to do, which is waited for, or soon after they are told that it
    is enough.
    """
    enough = Event()
    threads = [
        Thread(target=copy_context().run, args=(work, enough), daemon=True) for work in works
    ]
    for thread in threads:
        thread.start()
    try:
        yield threads
        for thread in threads:
            thread.join()
    finally:
        enough.set()


@contextmanager
def at_work() -> Iterator[None]:
    """The interpreter set for hands that compute and write much."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(_MADE_UNTIL_COLLECTED, *thresholds[1:])
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
