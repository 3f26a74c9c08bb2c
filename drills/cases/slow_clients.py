"""1,000 clients that dawdle over their headers, and 100 over their bodies; all others are served.

The naive variant has no nginx before the portal, which must then be found to suffer.
"""

import socket
import threading
import time
from contextlib import suppress

from drills.report import Report
from drills.world.client import Client
from drills.world.world import world

SLOW_HEADERS = 1000
SLOW_BODIES = 100
SECONDS = 12.0
_REQUEST_SECONDS = 3.0


def drill(report: Report) -> None:
    """First through nginx, then without it."""
    with world(nodes=1) as found:
        assert found.proxy
        served, asked, slowest = _served(found.proxy.port, found.client(seconds=_REQUEST_SECONDS))
        report.some("requests behind nginx", asked, 20)
        report.zero("requests behind nginx that were not served", asked - served)
        report.within("slowest of them, seconds", slowest, 2.0)
        portal = found.portals[0]
        bare = _served(portal.port, found.client(portal, seconds=_REQUEST_SECONDS))
        report.figure("served without nginx (naive)", f"{bare[0]} of {bare[1]}")
        report.some("not served in time without nginx (naive)", bare[1] - bare[0])


def _served(port: int, client: Client) -> tuple[int, int, float]:
    """How many requests were served of how many, while all dawdle; seconds of the slowest."""
    served = asked = 0
    slowest = 0.0
    with Dawdlers(port):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            asked += 1
            if client.get("/customers").status == 200:
                served += 1
                slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.1)
    return served, asked, slowest


class Dawdlers:
    """Connections that send a byte every second, within this context; dropped ones come back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: list[socket.socket] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._dawdle, daemon=True)

    def __enter__(self) -> "Dawdlers":
        for n in range(SLOW_HEADERS + SLOW_BODIES):
            self._connect(n)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _connect(self, n: int) -> None:
        with suppress(OSError):
            connection = socket.create_connection(("127.0.0.1", self._port), timeout=1)
            connection.sendall(_HEADERS if n < SLOW_HEADERS else _HEADERS + _REST)
            self._open.append(connection)

    def _dawdle(self) -> None:
        while not self._done.wait(1):
            for connection in list(self._open):
                try:
                    connection.sendall(b"a")
                except OSError:
                    connection.close()
                    self._open.remove(connection)
                    self._connect(0)


_HEADERS = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: drills.localhost\r\nX-Slow: "
_REST = b"a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
