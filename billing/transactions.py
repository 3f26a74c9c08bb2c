"""Transactions, which MongoEngine joins.

MongoEngine has none; PyMongo (4.17 and later) binds a session to the context, and every call of
either library inside joins it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar

from mongoengine.errors import MongoEngineException
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from billing import clock
from billing.database import database, patience
from billing.turns import taking_turns

P = ParamSpec("P")
T = TypeVar("T")

MAJORITY = WriteConcern("majority", j=True)
SNAPSHOT = ReadConcern("snapshot")

_checks: list[Callable[[], None]] = []
_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)
_promised: ContextVar[list[Callable[[], None]] | None] = ContextVar("promised", default=None)


def before_transactions(check: Callable[[], None]) -> None:
    """Have `check` asked before each transaction; what it raises keeps it from beginning."""
    _checks.append(check)


def in_transaction(work: Callable[[], T]) -> T:
    """Run `work` in one transaction (snapshot, majority, journal) and return what it returns.

    It is run again whole when MongoDB reports a transient conflict, so it must do nothing that
    cannot be repeated. Inside a running transaction it joins that one. A test clock's time that
    it adopts (billing.adoption) ends with it.
    """
    if _inside.get():
        return work()
    for check in _checks:
        check()

    promised: list[Callable[[], None]] = []
    attempts = count()

    def attempt(session: ClientSession) -> T:
        if again := next(attempts):
            patience().check()
            turns.wait(again)
        with _attempting(session, promised):
            return work()

    with (
        taking_turns() as turns,
        patience().for_transaction(),
        database().client.start_session() as session,
    ):
        result = session.with_transaction(
            attempt, read_concern=SNAPSHOT, write_concern=MAJORITY, max_commit_time_ms=5000
        )
    for deed in promised:
        deed()
    return result


@contextmanager
def _attempting(session: ClientSession, promised: list[Callable[[], None]]) -> Iterator[None]:
    """In this context all is part of the session's transaction; what an attempt before promised is
    forgotten."""
    promised.clear()
    token, before = _inside.set(True), _promised.set(promised)
    try:
        with session.bind(end_session=False), clock.adopting():
            yield
    except MongoEngineException as error:
        if transient := _transient(error):
            raise transient from error
        raise
    finally:
        _promised.reset(before)
        _inside.reset(token)


def after_commit(deed: Callable[[], None]) -> None:
    """Do something once the running transaction is committed, before whoever began it goes on; at
    once where there is none. What is rolled back does nothing. The same deed is done once."""
    promised = _promised.get()
    if promised is None:
        deed()
    elif deed not in promised:
        promised.append(deed)


def is_promised(deed: Callable[[], None]) -> bool:
    """Whether the running transaction is to do it in the end."""
    promised = _promised.get()
    return promised is not None and deed in promised


def is_inside() -> bool:
    """Whether a transaction is running."""
    return _inside.get()


class _Rehearsed(Exception):
    """Carries the result out of a transaction that is to be rolled back."""

    def __init__(self, result: Any) -> None:
        super().__init__("rehearsed")
        self.result = result


def rehearse(work: Callable[[], T]) -> T:
    """Run `work` as in_transaction does, return what it returns, and roll everything back.

    What is previewed so is what doing it would give: it is done. Not within a transaction.
    """
    refuse_transaction("a rehearsal")
    token = _rehearsing.set(True)
    try:
        return _rolled_back(work)
    finally:
        _rehearsing.reset(token)


def _rolled_back(work: Callable[[], T]) -> T:
    def attempt() -> T:
        raise _Rehearsed(work())

    try:
        in_transaction(attempt)
    except _Rehearsed as rehearsed:
        found: T = rehearsed.result
        return found
    raise AssertionError("a rehearsal always ends with its result")


def refuse_transaction(deed: str) -> None:
    """For what cannot be rolled back or repeated. Raises RuntimeError within a transaction."""
    if _inside.get():
        raise RuntimeError(f"{deed} cannot be part of a transaction")


def outside_transaction(work: Callable[[], T]) -> T:
    """Run `work` beside the running transaction, so that it stays done when that is rolled back.

    It knows nothing of its caller's context: neither the actor nor a time that stands still.
    """
    return Context().run(work)


def is_rehearsing() -> bool:
    """Whether all that is written now is rolled back."""
    return _rehearsing.get()


def _transient(error: Exception) -> PyMongoError | None:
    """The driver's own error when it asks for a retry: MongoEngine's wrapping hides its label."""
    cause: BaseException | None = error.__cause__ or error.__context__
    if isinstance(cause, PyMongoError) and cause.has_error_label("TransientTransactionError"):
        return cause
    return None


def operation(work: Callable[P, T]) -> Callable[P, T]:
    """Declare an operation: it runs in one transaction with all that it calls."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return in_transaction(lambda: work(*args, **kwargs))

    return run


def reading(work: Callable[P, T]) -> Callable[P, T]:
    """Declare what only reads: all of one snapshot, with all that it calls.

    Nothing is committed, which would wait for the disk even where nothing was written.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _inside.get():
            return work(*args, **kwargs)
        return _rolled_back(lambda: work(*args, **kwargs))

    return run
