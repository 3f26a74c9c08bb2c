"""Documents as BSON, unread. Source: bsonspec.org."""

import struct
from collections.abc import Iterator
from typing import Any, cast

from pymongo.client_session import ClientSession

from billing.database import database


def raw_batches(collection: str, session: ClientSession | None = None) -> Iterator[bytes]:
    """All documents as the server sends them, about 16 MiB at a time, in its own order."""
    order = [("$natural", 1)]
    cursor: Any = database()[collection].find_raw_batches({}, session=session, hint=order)
    return cast("Iterator[bytes]", iter(cursor))


def lengths(documents: bytes) -> Iterator[int]:
    """The length of each of the documents that follow each other. Raises ValueError."""
    read, at, end = struct.Struct("<i").unpack_from, 0, len(documents)
    while at < end:
        (length,) = read(documents, at)
        if length < 5:
            raise ValueError("a document without a length")
        yield length
        at += length


def count(documents: bytes) -> int:
    """How many there are."""
    return sum(1 for _ in lengths(documents))
