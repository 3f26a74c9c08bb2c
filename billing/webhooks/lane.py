"""A lane in its worker's hands: what is sent next, what is under way, how the endpoint fares."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from billing.database import Row
from billing.webhooks.outcome import Attempt
from billing.webhooks.schedule import is_failing
from billing.webhooks.send import Sender
from billing.webhooks.settle import Health

AT_ONCE = 4
"""Requests to one endpoint at the same time."""
QUEUED = 100
WRITTEN_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery and the bytes that are to be sent."""

    delivery: Row
    body: str | None
    """None where the event is gone or cannot be shown."""


@dataclass(slots=True)
class Lane:
    """One endpoint's. The dispatcher fills it, threads take from it."""

    endpoint: Row
    health: Health
    due_at: datetime
    """When there may be something to send, as far as is known."""
    lock: Lock = field(default_factory=Lock)
    queue: deque[Parcel] = field(default_factory=deque)
    busy: set[str] = field(default_factory=set)
    """The ids of deliveries that are queued, under way or not written down yet."""
    failures: int = 0
    """In a row, those included that are not written down yet."""
    running: int = 0
    is_closing: bool = False
    senders: list[Sender] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    """What is over and not written down yet."""

    @property
    def at_once(self) -> int:
        """How many requests may run: a failing endpoint gets one try at a time."""
        return 1 if self.health.is_failing else AT_ONCE

    @property
    def is_idle(self) -> bool:
        return not self.running and not self.attempts

    def wants(self, now: datetime) -> int:
        """How many more deliveries should be fetched for it."""
        paused = self.health.resume_at is not None and self.health.resume_at > now
        if self.is_closing or paused or self.due_at > now:
            return 0
        if self.health.is_failing:
            return 0 if self.busy else 1
        return QUEUED - len(self.busy) if len(self.queue) < AT_ONCE * 2 else 0

    def put(self, parcels: list[Parcel]) -> None:
        """Queue what was fetched."""
        with self.lock:
            self.queue.extend(parcels)
            self.busy.update(parcel.delivery["_id"] for parcel in parcels)

    def take(self) -> Parcel | None:
        """The next one to send; None ends the thread that asks."""
        with self.lock:
            if not self.queue or self.is_closing or self._is_turning_bad():
                return None
            return self.queue.popleft()

    def may_start(self) -> int:
        """How many more threads could send."""
        with self.lock:
            if self._is_turning_bad():
                return 0
            return max(0, min(self.at_once - self.running, len(self.queue)))

    def done(self, attempt: Attempt) -> None:
        """Keep what came of an attempt until it is written down."""
        with self.lock:
            self.attempts.append(attempt)
            self.failures = 0 if attempt.outcome.is_delivered else self.failures + 1
            if attempt.outcome.is_gone:
                self.is_closing = True

    def to_write_down(self) -> list[Attempt]:
        """What is over; it stays here until `settled`."""
        with self.lock:
            return self.attempts[:WRITTEN_AT_ONCE]

    def drop_queue(self) -> None:
        """Forget what was fetched and not begun; it is fetched again in time."""
        with self.lock:
            self.busy -= {parcel.delivery["_id"] for parcel in self.queue}
            self.queue.clear()

    def settled(self, attempts: list[Attempt], health: Health, now: datetime) -> None:
        """What was written down is no longer busy; what waited behind it may be due."""
        with self.lock:
            self.attempts = self.attempts[len(attempts) :]
            self.busy -= {attempt.delivery["_id"] for attempt in attempts}
            self.health = health
            self.failures = health.failures
            self.due_at = now
        if health.is_failing:
            self.drop_queue()

    def begin(self) -> None:
        """Count a thread that begins to send."""
        with self.lock:
            self.running += 1

    def _is_turning_bad(self) -> bool:
        """Failing, though it is not written down yet: nothing more is begun until it is."""
        return is_failing(self.failures) and not self.health.is_failing

    def borrow(self) -> Sender | None:
        """A sender that was given back, if there is one."""
        with self.lock:
            return self.senders.pop() if self.senders else None

    def end(self, sender: Sender) -> None:
        """A thread sends no more; its sender may serve another one."""
        with self.lock:
            self.running -= 1
            if not self.is_closing:
                self.senders.append(sender)
                return
        sender.close()

    def close(self) -> None:
        """Close the connections that lie idle."""
        with self.lock:
            idle, self.senders = self.senders, []
        for sender in idle:
            sender.close()

    def rest(self, until: datetime | None, now: datetime) -> None:
        """Nothing is due before `until`; None where nothing is in line at all."""
        self.due_at = until or now + timedelta(days=1)
