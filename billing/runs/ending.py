"""Ending on SIGTERM: a process that works on a run finishes the batch in hand, gives back its
chunk, and leaves the run for whoever goes on with it, at once."""

import signal
from datetime import timedelta
from threading import Event

from billing import clock
from billing.database import database
from billing.runs.chunks import is_worked_on

_asked = Event()
_LONG_AGO = timedelta(hours=1)


class Ending(Exception):
    """This process was told to end; what is written is written, the rest is for others."""


def end_on_sigterm() -> None:
    """Have SIGTERM mean that; called where a process begins that works on runs."""
    signal.signal(signal.SIGTERM, lambda *_: _asked.set())


def is_ending() -> bool:
    """Whether this process was told to end."""
    return _asked.is_set()


def leave_run(run_id: str) -> None:
    """Let everybody see at once that nobody works on the run, unless somebody does."""
    if not is_worked_on(run_id):
        where = {"_id": run_id, "status": {"$in": ["preparing", "running"]}}
        silent = {"heartbeat_at": clock.now() - _LONG_AGO}
        database().billing_runs.update_one(where, {"$set": silent})
