"""Compression, in threads beside the one that reads or writes: zstd works without the
interpreter's lock."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

T = TypeVar("T")
R = TypeVar("R")

SUFFIX = ".bson.zst"
_LEVEL = 3
_THREADS = 2
_AHEAD = 3
"""So many pieces of at most 16 MiB are in work at once, which bounds the memory."""


def pack(content: bytes) -> bytes:
    """Compressed, with a checksum of its own."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: _LEVEL,
        zstd.CompressionParameter.checksum_flag: 1,
    }
    return zstd.compress(content, options=options)


def unpack(packed: bytes) -> bytes:
    """What was packed. Raises ValueError when that cannot be."""
    try:
        return zstd.decompress(packed)
    except zstd.ZstdError as error:
        raise ValueError(str(error)) from error


def in_threads(work: Callable[[T], R], pieces: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Each piece with what `work` made of it, in their order, a few pieces ahead of the caller."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="packing") as pool:
        waiting: deque[tuple[T, Future[R]]] = deque()
        for piece in pieces:
            waiting.append((piece, pool.submit(work, piece)))
            if len(waiting) >= _AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()
