"""What is asked for over and over is kept in memory for an instant; who changes it waits it out.

A reader keeps what it read for LEASE_SECONDS and no longer. A writer commits, waits a little longer
than that, and only then says that it is done: whoever was told of a change is shown it, on every
instance. Nothing is sent between instances, so nothing can be lost on the way or out of step
afterwards; what is rolled back was never kept; a writer that dies leaves what ends by itself.
Source: Gray and Cheriton, "Leases", SOSP 1989, with a term too short to ask for it back.

It is for what is read hundreds of times a second and written now and then. See docs/performance.md.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from billing.transactions import after_commit, is_inside, is_promised, outside_transaction

LEASE_SECONDS = 0.2
_EARLY = 0.25
"""The last part of a lease, in which one thread reads anew while the others go on with what is
kept: else all would read it at the same moment, when it ends."""
WAIT_SECONDS = LEASE_SECONDS * 1.1  # clocks of machines do not run quite alike
_AT_ONCE = 100

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")

# It goes on while a machine sleeps, where the system has one that does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_everything: "list[Kept[Hashable, object]]" = []


class _Held(Generic[V]):
    """A value, how long it may be given, and from when on somebody should look again."""

    __slots__ = ("ends", "is_asked_for", "renewed_from", "value")

    def __init__(self, value: V, since: float) -> None:
        self.value, self.ends = value, since + LEASE_SECONDS
        self.renewed_from = self.ends - LEASE_SECONDS * _EARLY
        self.is_asked_for = False


class Kept(Generic[K, V]):
    """Values by key, all of one kind. They are shared, so nobody may change them.

    At most so many: beyond that all are forgotten, which costs no more than reading them again.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._found: dict[K, _Held[V]] = {}
        self._asked_for: set[K] = set()
        _everything.append(self)  # type: ignore[arg-type]

    def get(
        self,
        key: K,
        read: Callable[[], V],
        together: Callable[[list[K]], Mapping[K, V]] | None = None,
    ) -> V:
        """What `read` gives, or gave an instant ago. What it raises is kept by nobody.

        With `together`, which reads many at once and leaves out what is not there, all that is
        asked for over and over is read anew by whoever first meets the end of a lease.

        Within a transaction that changes it, what that transaction sees. Within any other, what
        stands beside it: its snapshot may be older than the instant.
        """
        if is_promised(self.forget):
            return read()
        # Taken before reading: what is read now is put where nobody looks any more, should it be
        # forgotten meanwhile.
        found, now = self._found, _now()
        held = found.get(key)
        if held is not None and now < held.ends:
            if not held.is_asked_for:
                held.is_asked_for = True
                self._asked_for.add(key)
            if now < held.renewed_from:
                return held.value
            held.renewed_from = held.ends
        others = self._due(key, found, now) if together else []
        if together and others:
            values = _beside(lambda: together([key, *others]))
            for other in others:
                found.pop(other, None)
            found.update({each: _Held(value, now) for each, value in values.items()})
            if key in values:
                return values[key]
        value = _beside(read)
        if len(found) >= self._most:
            found.clear()
        found[key] = _Held(value, now)
        return value

    def _due(self, key: K, found: dict[K, _Held[V]], now: float) -> list[K]:
        """What else was asked for since it was read, and is soon to be read again."""
        asked_for, self._asked_for = self._asked_for, set()
        due: list[K] = []
        for other in list(asked_for - {key}):
            held = found.get(other)
            if held and held.ends <= now + LEASE_SECONDS / 2 and len(due) < _AT_ONCE:
                held.renewed_from = held.ends  # it is on its way, so nobody else reads it
                due.append(other)
            elif held:
                self._asked_for.add(other)
        return due

    def changed(self) -> None:
        """For who has just changed what is kept, within the transaction or right after the write.

        The operation as a whole then ends later: its transaction is committed, and waited after.
        """
        after_commit(self.forget)
        after_commit(_wait)

    def forget(self) -> None:
        """Read it anew from now on, in this process."""
        self._found, self._asked_for = {}, set()


def forget_everything() -> None:
    """For who changes everything at once, behind its back."""
    for kept in _everything:
        kept.forget()


def _beside(read: Callable[[], T]) -> T:
    """Not on the running transaction's snapshot, which may be older than the instant."""
    return outside_transaction(read) if is_inside() else read()


def _now() -> float:
    return time.clock_gettime(_CLOCK)


def _wait() -> None:
    time.sleep(WAIT_SECONDS)
