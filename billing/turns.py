"""Transactions that change one and the same document take turns at it, in place of conflicting.

Of two that change it at once MongoDB lets one begin anew, and so all who began before that one was
done, for they have seen the document as it was. So many at once get less done than one alone. Who
takes a turn is in nobody's way until the one before is done. It is a courtesy: nothing depends on
it, since MongoDB decides, and those on other machines do not take part in it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from threading import Lock

from pymongo.errors import OperationFailure

from billing.file_lock import FileLock

PATIENCE_SECONDS = 5.0
"""So long somebody waits who is in nobody's way: the database may be away for whose turn it is."""
_GLANCE_SECONDS = 0.05
"""So long waits who has a transaction, which others may be waiting for: a few of their turns."""
_SOON_SECONDS = 0.3
_OFTEN = 2
"""Who lost so often although it is their turn is in somebody's way who does not know of it."""
_WRITE_CONFLICT = 112
_BEGIN_ANEW = {"errorLabels": ["TransientTransactionError"]}

Deed = Callable[[], None]

_directory: dict[str, Path] = {}


def _nothing() -> None:
    pass


def share_turns(directory: Path) -> None:
    """From now on turns are taken with all processes of this machine that share this directory."""
    _directory["shared"] = directory


class Turn:
    """What is taken turns at; `name` is that of its file.

    Whoever waits long calls `ask`, and `thank` when it is over: somebody may be in the way who
    takes no turns, or long ones.
    """

    def __init__(self, name: str, ask: Deed = _nothing, thank: Deed = _nothing) -> None:
        self._name = name
        self.ask, self.thank = ask, thank
        self._among_threads = Lock()
        self._among_processes: FileLock | None = None
        self._missed_since: float | None = None

    def acquire(self, seconds: float) -> bool:
        """Wait for it so long at most; whether it is had."""
        until = time.monotonic() + seconds
        if not self._among_threads.acquire(timeout=seconds):
            return False
        if self._is_free_of_processes(until):
            return True
        self._among_threads.release()
        return False

    def _is_free_of_processes(self, until: float) -> bool:
        if directory := _directory.get("shared"):
            with suppress(OSError):  # threads take turns where no file can be written
                self._among_processes = FileLock(directory / self._name)
                return self._is_had(self._among_processes, until)
        return True

    def _is_had(self, file: FileLock, until: float) -> bool:
        """Whoever stands still and has it is waited for once: not until it is had again."""
        began = time.monotonic()
        missed = self._missed_since
        is_stuck = missed is not None and began - missed > PATIENCE_SECONDS
        if file.acquire(0 if is_stuck else until - began):
            self._missed_since = None
            return True
        self._missed_since = began if missed is None else missed
        return is_stuck

    def release(self) -> None:
        """Let the next one have it."""
        if self._among_processes:
            self._among_processes.release()
        self._among_threads.release()


class Turns:
    """Those of one transaction, until it is over, however often it begins anew."""

    def __init__(self) -> None:
        self._had: list[Turn] = []
        self._waived: list[Turn] = []
        self._asked: list[Turn] = []
        self._wanted: Turn | None = None

    def take(self, turn: Turn) -> None:
        """See take_turn."""
        if turn in self._had or turn in self._waived:
            return
        if not turn.acquire(_GLANCE_SECONDS):
            self._wanted = turn
            raise OperationFailure("It is another's turn.", _WRITE_CONFLICT, _BEGIN_ANEW)
        self._had.append(turn)

    def wait(self, times: int) -> None:
        """Before the transaction begins anew, for the so manieth time: for the turn that it began
        anew for, if any."""
        turn, self._wanted = self._wanted, None
        if turn:
            mine = turn.acquire(_SOON_SECONDS) or self._ask(turn).acquire(PATIENCE_SECONDS)
            (self._had if mine else self._waived).append(turn)
        elif times > _OFTEN:
            for one in (*self._had, *self._waived):
                self._ask(one)

    def _ask(self, turn: Turn) -> Turn:
        turn.ask()
        self._asked.append(turn)
        return turn

    def give_back(self) -> None:
        """When the transaction is over."""
        for turn in self._had:
            turn.release()
        for turn in set(self._asked):
            turn.thank()


_turns: ContextVar[Turns | None] = ContextVar("turns", default=None)


@contextmanager
def taking_turns() -> Iterator[Turns]:
    """What turns are taken in this context, a transaction's, are given back at its end."""
    turns = Turns()
    token = _turns.set(turns)
    try:
        yield turns
    finally:
        _turns.reset(token)
        turns.give_back()


def take_turn(turn: Turn) -> None:
    """It is the running transaction's turn from here to its end; nobody's where none is running.

    Raises what makes the transaction begin anew, with its turn, where it cannot be had at once. As
    the first thing that a transaction does it costs nothing to wait. A transaction must not take
    two, or two transactions could wait for each other.
    """
    if turns := _turns.get():
        turns.take(turn)
