"""Slowness: a process that stands still for most of the time, again and again."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from drills.world.children import Child


@contextmanager
def stuttering(children: Sequence[Child], *, stands: float, moves: float) -> Iterator[None]:
    """Each of them stands still for `stands` seconds and goes on for `moves`, in turn."""
    done = threading.Event()

    def stutter() -> None:
        while not done.is_set():
            for child in children:
                child.freeze()
            done.wait(stands)
            for child in children:
                child.thaw()
            done.wait(moves)

    thread = threading.Thread(target=stutter, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        for child in children:
            child.thaw()


@contextmanager
def frozen(children: Sequence[Child]) -> Iterator[None]:
    """They keep their connections and answer nothing."""
    for child in children:
        child.freeze()
    try:
        yield
    finally:
        for child in children:
            child.thaw()
