"""The threads of a web process: those that do its work, and one that says how the work is doing.

Who asks whether a process lives must not wait behind those who wait for the database. Yet an
answer from a thread that does nothing else proves little. So each such question also stands in the
queue of all the others: while nobody in it gets a turn, the process does not say that it lives.
"""

import re
import select
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import Any

STILL_SECONDS = 120.0
"""No request may keep a thread for so long: nginx gives up after half of it, and what asks the
database has ended long before (billing.patience)."""

_ASKED = re.compile(rb"(?:GET|HEAD) /healthz HTTP/1\.[01]\r\n")
_MORE_FOLLOWS = re.compile(rb"\n(?:content-length|transfer-encoding|upgrade|expect)\s*:", re.I)
_LONGEST_START = len(b"HEAD /healthz HTTP/1.1\r\n")
_LONGEST = 8192
_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT

_here: dict[str, "Lanes"] = {}


class Lanes(ThreadPoolExecutor):
    """What gunicorn's worker hands its connections to."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self._apart = ThreadPoolExecutor(1)
        self._turn: Future[None] | None = None
        self._asked = self._moved = monotonic()
        _here["lanes"] = self

    def submit(self, handle: Any, conn: Any) -> Future[Any]:  # type: ignore[override]
        """Have `handle(conn)` done by whichever thread it is for."""
        if asks_whether_it_lives(conn):
            return self._apart.submit(handle, conn)
        return super().submit(self._take, handle, conn)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._apart.shutdown(wait, cancel_futures=cancel_futures)

    def stands_still(self) -> bool:
        """Whether nobody got a turn for too long, though somebody waits for one. Asking is a place
        in the queue, so it takes STILL_SECONDS from the first question to know."""
        if self._turn is None or self._turn.done():
            with suppress(RuntimeError):  # it is being shut down
                self._turn, self._asked = super().submit(self._move), monotonic()
            return False
        return monotonic() - max(self._moved, self._asked) > STILL_SECONDS

    def _take(self, handle: Any, conn: Any) -> Any:
        self._moved = monotonic()
        return handle(conn)

    def _move(self) -> None:
        self._moved = monotonic()


def stands_still() -> bool:
    """Whether the threads of this process get nothing done any more. Never where there are no
    lanes: a server of another kind answers when it has a thread for it."""
    lanes = _here.get("lanes")
    return lanes is not None and lanes.stands_still()


def asks_whether_it_lives(conn: Any) -> bool:
    """Whether `conn`, a connection of gunicorn's, brings such a question, all of it, and nothing
    else, and takes an answer: so nobody can hold up the thread that it goes to."""
    try:
        if not _ASKED.match(conn.sock.recv(_LONGEST_START, _LOOK)) or _has_read_ahead(conn):
            return False
        asked = conn.sock.recv(_LONGEST, _LOOK)
        return _is_all(asked) and _takes_an_answer(conn.sock)
    except (OSError, ValueError):  # nothing has come, or it is gone
        return False


def _has_read_ahead(conn: Any) -> bool:
    """Another request is in hand that came before what is in the socket."""
    return conn.parser is not None and bool(conn.parser.unreader.buf.getvalue())


def _is_all(asked: bytes) -> bool:
    head, end, rest = asked.partition(b"\r\n\r\n")
    return bool(end) and not rest and not _MORE_FOLLOWS.search(head)


def _takes_an_answer(sock: socket.socket) -> bool:
    """At least a third of what the kernel keeps for it is free (tcp(7)); an answer is smaller."""
    ready = select.poll()
    ready.register(sock, select.POLLOUT)
    return bool(ready.poll(0))
