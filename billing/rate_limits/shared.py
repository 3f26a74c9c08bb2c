"""Counts in memory that all worker processes of this machine share.

The memory exists once: whoever forks after it was made sees the same, so that a limit is a limit
however many workers there are. Nothing here waits or asks the system. Two processes that write to
one count in the same instant may lose one of the two, a few in ten thousand and in the client's
favour; a lock would have to survive the death of its holder.
"""

import mmap
import struct
from functools import cache
from threading import Lock
from typing import Protocol

SLOTS = 1 << 16
_SLOT = struct.Struct("<qII")  # the hash of a key, the end of its window, its count: 16 bytes
_TRIED = 16


class Counters(Protocol):
    """Something that counts."""

    def count(self, key: str, ends: int) -> int:
        """See SharedCounters."""
        ...


class SharedCounters:
    """A table of fixed size: 1 MiB of it, of which the system gives what is touched."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = slots
        self._memory = mmap.mmap(-1, slots * _SLOT.size)  # anonymous and shared with forks
        self._lock = Lock()  # between threads only

    def count(self, key: str, ends: int) -> int:
        """How often `key` was counted in the window that ends at `ends` (Unix time, seconds),
        this time included."""
        name = hash(key)  # forks share its seed, and nobody outside knows it
        with self._lock:
            place, found = self._find(name, ends)
            _SLOT.pack_into(self._memory, place, name, ends, found + 1)
        return found + 1

    def _find(self, name: int, ends: int) -> tuple[int, int]:
        """The place of a name and its count. A new name takes the first free place, else that of
        the smallest count, which begins anew: who asks often is never forgotten."""
        places = []
        step = name >> 32 | 1  # of its own, so that full neighbourhoods do not grow
        for tried in range(_TRIED):
            place = (name + tried * step) % self._slots * _SLOT.size
            owner, until, count = _SLOT.unpack_from(self._memory, place)
            if until != ends:
                return place, 0
            if owner == name:
                return place, count
            places.append((count, place))
        return min(places)[1], 0


@cache
def shared_counters() -> SharedCounters:
    """The counters of this process and of all that it forks; gunicorn's master asks first."""
    return SharedCounters()
