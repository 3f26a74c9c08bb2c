"""Each web process on a core of its own, where there are as many of the ones as of the others.

The threads of a process hand the interpreter's lock to one another some twenty times in a request.
Spread over the cores, as the system has them, each that gets it is woken on a core that may sleep,
and finds nothing of the process in its caches. The bench of the mix answers 7 % more requests so.

Where processes and cores do not come out even, one core would have more to do than another, so the
system decides as ever. What a process starts may go anywhere (`roam`).
"""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any


def give_core(worker: Any, others: Iterable[Any], wanted: int) -> None:
    """In the master, before it forks `worker`: note the core that it is to have, the one that
    fewest of the `others` have, if `wanted` processes come out even with the cores."""
    cores = _cores()
    if len(cores) < 2 or wanted % len(cores):
        return
    taken = Counter(getattr(other, "core", None) for other in others)
    worker.core = min(cores, key=lambda core: (taken[core], core))


def stay_on_core(worker: Any) -> None:
    """In a web process, before it has threads: this one and all that come stay on its core."""
    if (core := getattr(worker, "core", None)) is not None:
        _stay(0, {core})


def roam(pid: int) -> None:
    """Let a process that was just started go wherever the master may."""
    _stay(pid, set(_cores()))


def _stay(pid: int, cores: set[int]) -> None:
    with suppress(OSError):  # it is not allowed here, or the process is gone
        if cores:
            os.sched_setaffinity(pid, cores)


@cache
def _cores() -> tuple[int, ...]:
    """Those that the master may use; asked before any process has one of its own. None where the
    system has no such thing."""
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
