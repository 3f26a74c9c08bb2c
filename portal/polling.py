"""gunicorn's threaded worker as one whose connections hold a thread only while it is answering.

gunicorn gives each new connection to a thread, which waits 5 s for its first byte; and the thread
that watches over all connections and hands out their requests waits up to 2 s for a client to
close what was answered for good. Here both wait where kept connections do, and hold up nobody.
"""

import selectors
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

_PART_SECONDS = 2.0
_MOST_UNREAD = 65_536
_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT


class PollingWorker(ThreadWorker):
    """Its own thread waits for nothing but the next event."""

    def enqueue_req(self, conn: Any) -> None:
        """A request has come on a connection, or a connection has."""
        if conn.initialized or conn.data_ready or _has_spoken(conn.sock):
            conn.data_ready = True
            super().enqueue_req(conn)
        else:
            self._await(conn, self.cfg.keepalive, self.on_pending_socket_readable)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A request is answered; its connection is kept, or ends."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:
            self._part_with(conn)

    def _part_with(self, conn: Any) -> None:
        """Close it once its client has (RFC 9112, 9.6): who closes with something unread takes the
        end of the answer away from the client."""
        conn.unread = 0
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
            return
        if _is_at_its_end(conn):
            self._close(conn)
        else:
            self._await(conn, _PART_SECONDS, self._read_the_rest)

    def _read_the_rest(self, conn: Any, _sock: Any) -> None:
        if _is_at_its_end(conn):
            self.poller.unregister(conn.sock)
            self.pending_conns.remove(conn)
            self._close(conn)

    def _await(self, conn: Any, seconds: float, then: Callable[[Any, Any], None]) -> None:
        """Whoever says nothing for so long is closed (murder_pending)."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()


def _has_spoken(sock: socket.socket) -> bool:
    try:
        sock.recv(1, _LOOK)
    except BlockingIOError:
        return False
    except OSError:
        return True  # it is gone: a thread finds out, and says so
    return True


def _is_at_its_end(conn: Any) -> bool:
    """Whether the client has closed, or has sent more than anybody need read."""
    try:
        read = conn.sock.recv(_MOST_UNREAD, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    conn.unread += len(read)
    return not read or conn.unread > _MOST_UNREAD
