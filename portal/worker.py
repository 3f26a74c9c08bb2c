"""gunicorn's threaded worker, and what a terminal's Ctrl-C means to master and workers.

A terminal signals every process of its group. gunicorn answers SIGINT with a quick stop that
takes locks inside a signal handler, and a worker that meets it twice or at a bad moment hangs
until it is killed. So the first Ctrl-C is a graceful stop, led by the master alone.
"""

import signal
from types import FrameType
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """Leaves Ctrl-C to the master."""

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGINT, _leave_it_to_the_master)


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
