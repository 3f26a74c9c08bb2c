"""The job that delivers: each endpoint on a lane of its own, so that none waits for another.

One thread decides (takes lanes, fetches what is due, writes down what came of it), others only
send. A lane has few threads at once and failing lanes share few of them, so that endpoints which
hang cannot take them all.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic

from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError

from billing.server_clock import ServerClock
from billing.webhooks.admit import BATCH, admit, endpoints_with_new
from billing.webhooks.attempt import attempt
from billing.webhooks.fetch import fetch
from billing.webhooks.keep_lanes import KeptLanes
from billing.webhooks.lane import Lane
from billing.webhooks.lanes import LEASE_SECONDS, LaneLost
from billing.webhooks.send import CONNECT_SECONDS, WHOLE_SECONDS, Sender
from billing.webhooks.settle import settle

_log = logging.getLogger("duebill.webhooks")

_AWAY = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
_TURN_SECONDS = 1.0  # after which a thread lets other lanes have its place


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the job goes about it; tests are in more of a hurry."""

    lease_seconds: float = LEASE_SECONDS
    tend_seconds: float = 1.0
    look_seconds: float = 0.2
    connect_seconds: float = CONNECT_SECONDS
    whole_seconds: float = WHOLE_SECONDS
    threads: int = 32
    threads_for_failing: int = 16


class Deliverer:
    """Delivers what is in the outbox, as `worker`, until it is told to finish."""

    name = "deliver"

    def __init__(self, worker: str, pace: Pace | None = None) -> None:
        self._worker, self._pace = worker, pace or Pace()
        self._clock = ServerClock()
        self._lanes = KeptLanes(worker, self._pace.lease_seconds)
        self._news: SimpleQueue[None] = SimpleQueue()
        self._threads = {False: 0, True: 0}  # by whether their lane is failing
        self._lock = Lock()
        self._next_tend = self._next_look = 0.0

    def work(self) -> float:
        """One round. It waits for news by itself, so no rest is needed."""
        if monotonic() >= self._next_tend:
            self._next_tend = monotonic() + self._pace.tend_seconds
            self._lanes.tend(self._clock.now())
        if monotonic() >= self._next_look:
            self._next_look = monotonic() + self._pace.look_seconds
            self._admit()
        for endpoint_id, lane in self._lanes.in_turn():
            with self._care_of(endpoint_id):
                fetch(lane, self._clock.now())
                self._start(lane)
        self._wait()
        self._write_down()
        return 0.0

    def finish(self, seconds: float) -> None:
        """Begin nothing more, write down what is under way, give the lanes back."""
        end = monotonic() + seconds
        self._lanes.close_all()
        while not self._lanes.all_idle() and monotonic() < end:
            self._wait()
            self._write_down()
        self._lanes.release_idle()

    def _admit(self) -> None:
        for endpoint_id in endpoints_with_new():
            lane = self._lanes.get(endpoint_id)
            if lane is None:
                continue
            with self._care_of(endpoint_id):
                if admit(self._worker, endpoint_id, self._clock.now()) == BATCH:
                    self._next_look = 0.0  # there is more
                lane.due_at = self._clock.now()

    def _start(self, lane: Lane) -> None:
        """Threads for what is queued, as many as the lane and all lanes together may have."""
        failing = lane.health.is_failing
        most = self._pace.threads_for_failing if failing else self._pace.threads
        for _ in range(lane.may_start()):
            with self._lock:
                if self._threads[failing] >= most:
                    return
                self._threads[failing] += 1
            lane.begin()
            Thread(target=self._send, args=(lane, failing), name="send", daemon=True).start()

    def _send(self, lane: Lane, failing: bool) -> None:
        """One after the other, until nothing is queued or the turn is over."""
        until = monotonic() + _TURN_SECONDS
        sender = lane.borrow() or Sender(self._pace.connect_seconds, self._pace.whole_seconds)
        try:
            while monotonic() < until and (parcel := lane.take()):
                at = self._clock.estimate()
                lane.done(attempt(sender, lane.endpoint, parcel.delivery, parcel.body, at))
                self._news.put(None)
        finally:
            lane.end(sender)
            with self._lock:
                self._threads[failing] -= 1
            self._news.put(None)

    def _wait(self) -> None:
        """Until there is news, or it is time to look by oneself."""
        try:
            self._news.get(timeout=self._pace.look_seconds)
            while True:
                self._news.get_nowait()
        except Empty:
            return

    def _write_down(self) -> None:
        for endpoint_id, lane in self._lanes.items():
            with self._care_of(endpoint_id):
                while attempts := lane.to_write_down():
                    now = self._clock.now()
                    health = settle(self._worker, endpoint_id, attempts, lane.health, now)
                    lane.settled(attempts, health, now)

    @contextmanager
    def _care_of(self, endpoint_id: str) -> Iterator[None]:
        """Trouble with one lane is no trouble of the others: it is taken anew after a while."""
        try:
            yield
        except LaneLost:
            self._lanes.forget(endpoint_id)
        except _AWAY:  # all lanes' trouble: nothing is forgotten
            raise
        except Exception:  # noqa: BLE001 -- it is logged
            _log.exception("The lane of %s failed", endpoint_id)
            self._lanes.forget(endpoint_id)
