"""How a process keeps the memory that its threads were given and gave back."""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8  # of glibc's malloc.h


def share_one_heap() -> None:
    """Let all threads use one heap, in this process and those that it forks from now on.

    glibc gives each its own, and what a PDF needed in one is of no use to the next thread. Where
    the C library has no such switch it stays as it is.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
