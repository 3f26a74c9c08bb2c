"""gunicorn's threaded worker, and what a terminal's Ctrl-C means to master and workers.

A terminal signals every process of its group. gunicorn answers SIGINT with a quick stop that
takes locks inside a signal handler, and a worker that meets it twice or at a bad moment hangs
until it is killed. So the first Ctrl-C is a graceful stop, led by the master alone.
"""

import errno
import json
import secrets
import signal
from http import HTTPStatus
from types import FrameType
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.http import errors
from gunicorn.util import write_nonblock

from portal.lanes import Lanes
from portal.polling import PollingWorker

_STATUSES = {errors.LimitRequestLine: 414, errors.LimitRequestHeaders: 431}


class Logger(GunicornLogger):
    """gunicorn's own messages. The line for each request is portal.telemetry's, and gunicorn would
    put together all that it knows of one, to throw it away."""

    def _compute_access_log_enabled(self) -> bool:
        return False


class Worker(PollingWorker):
    """Leaves Ctrl-C to the master, and refuses what is no HTTP in the words of the API."""

    _door_is_closed = False

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGINT, _leave_it_to_the_master)

    def get_thread_pool(self) -> Lanes:
        return Lanes(self.cfg.threads)

    def accept(self, listener: Any) -> None:
        """Take a connection. The master may have closed the door meanwhile (portal.door)."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.set_accept_enabled(False)
            self._door_is_closed = True

    def set_accept_enabled(self, enabled: bool | None) -> None:
        if not self._door_is_closed:
            super().set_accept_enabled(enabled)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn answers with HTML, but who sends what cannot be read is hardly a browser."""
        if req is not None or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        request_id = secrets.token_hex(16)
        self.log.warning("Request %s from %s cannot be read: %s", request_id, addr, exc)
        try:
            write_nonblock(client, _problem(_STATUSES.get(type(exc), 400), request_id))
        except OSError:
            self.log.debug("It does not want to know.")


def _problem(status: int, request_id: str) -> bytes:
    """A whole answer, after which the connection ends."""
    found = HTTPStatus(status)
    problem = {
        "type": "about:blank",
        "title": found.phrase,
        "status": status,
        "detail": "The request cannot be read as HTTP, or its address or headers are too long.",
        "code": found.name.lower(),
        "errors": [],
        "request_id": request_id,
    }
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {status} {found.phrase}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n"
        f"X-Request-Id: {request_id}\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + body


def stop_gracefully_at_first(server: Arbiter) -> None:
    """In the master: Ctrl-C once ends as SIGTERM does, twice ends at once."""
    asked = False

    def interrupted(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        server.signal(number if asked else signal.SIGTERM, frame)
        asked = True

    signal.signal(signal.SIGINT, interrupted)


def _leave_it_to_the_master(_number: int, _frame: Any) -> None:
    """A handler, not SIG_IGN, which processes that a worker starts would inherit."""
