"""Ports for servers that tests start: nobody else is given one of them.

What the system gives for port 0 is free at that moment only. Until the server listens on it, which
may take seconds, it may be given to a server of another test. These are below what the system gives
out, and each worker of a run has some of its own; two runs begin at different ones.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count

_FIRST, _EACH, _WORKERS = 12_000, 1_000, 20  # to 31,999; Linux gives out 32,768 and above
_tried = count(os.getpid())


def free_port() -> int:
    """A port of loopback that is free and stays so until somebody who was told it takes it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    while True:
        port = _FIRST + worker * _EACH + next(_tried) % _EACH
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
