"""A worker: jobs that go on in the background, each in a thread of its own, until it is stopped.

What a job does can be stopped anywhere and done by several workers at once; jobs see to that
themselves. Trouble of one job is logged and does not hold up the others.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from pymongo.errors import PyMongoError

from billing.closing import is_closed
from billing.ids import new_id
from billing.tracing import span
from billing.workers.heartbeats import beat, sign_off

_log = logging.getLogger("duebill.worker")

HEARTBEAT_SECONDS = 5.0
GRACE_SECONDS = 15.0
_LOOK_SECONDS = 0.5
_LONGEST_REST = 30.0
_WHILE_CLOSED = 1.0
_PATIENCE_SECONDS = 30.0  # with a job that does not come back; it counts as stuck then


class Job(Protocol):
    """Something that is to be done again and again."""

    @property
    def name(self) -> str:
        """A word for logs and pages."""

    def work(self) -> float:
        """Do what there is to do; the seconds to rest before the next time."""

    def finish(self, seconds: float) -> None:
        """End within `seconds` what is under way, and give back what is held."""


class Worker:
    """Runs jobs. Make them for its `id`, add them, then `run`."""

    def __init__(self) -> None:
        self.id = new_id("wrk")
        self._stopping = Event()
        self._well_until: dict[str, float] = {}

    def stop(self) -> None:
        """End gracefully; may be called by a signal's handler."""
        self._stopping.set()

    def run(self, jobs: Sequence[Job], *, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Work until `stop` is called, or `is_wanted` says no; then let the jobs finish."""
        self._well_until = {job.name: monotonic() + _PATIENCE_SECONDS for job in jobs}
        threads = [Thread(target=self._repeat, args=(job,), name=job.name) for job in jobs]
        for thread in threads:
            thread.daemon = True  # one that hangs must not keep the process from ending
            thread.start()
        next_beat = 0.0
        while is_wanted() and not self._stopping.is_set():
            if monotonic() >= next_beat:
                next_beat = monotonic() + HEARTBEAT_SECONDS
                _without_fail("heartbeat", self._beat)
            self._stopping.wait(_LOOK_SECONDS)
        self._stopping.set()
        self._finish(jobs, threads)

    def _beat(self) -> None:
        """Jobs that hang or fail are not among those that are told."""
        now = monotonic()
        beat(self.id, [name for name, until in self._well_until.items() if now < until])

    def _repeat(self, job: Job) -> None:
        rest = 0.0
        while not self._stopping.wait(rest):
            try:
                if is_closed():
                    rest = _WHILE_CLOSED
                    continue
                with span(f"job {job.name}", repeated=True):
                    rest = job.work()
                self._well_until[job.name] = monotonic() + rest + _PATIENCE_SECONDS
            except PyMongoError as error:
                rest = min(max(1.0, rest * 2), _LONGEST_REST)
                _log.warning("The job %s cannot reach the database: %s", job.name, error)
            except Exception:  # noqa: BLE001 -- it is logged, and tried again
                rest = min(max(1.0, rest * 2), _LONGEST_REST)
                _log.exception("The job %s failed", job.name)

    def _finish(self, jobs: Sequence[Job], threads: Sequence[Thread]) -> None:
        end = monotonic() + GRACE_SECONDS
        for job, thread in zip(jobs, threads, strict=True):
            thread.join(max(0.1, end - monotonic()))
            _without_fail(job.name, lambda j=job: j.finish(max(0.1, end - monotonic())))  # type: ignore[misc]
        _without_fail("heartbeat", lambda: sign_off(self.id))


def _without_fail(what: str, act: Callable[[], None]) -> None:
    """What goes wrong here is logged; the worker goes on."""
    try:
        act()
    except Exception:  # noqa: BLE001 -- it is logged
        _log.exception("%s failed", what)
