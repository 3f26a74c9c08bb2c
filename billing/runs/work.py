"""Working on a run: lease a chunk, bill it, until no chunk is left.

Several may do so at once and each may be killed at any line, see chunk_work.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from threading import Event, Lock
from typing import Any

from pymongo.errors import PyMongoError

from billing.closing import is_closed
from billing.database import Row
from billing.ids import new_id
from billing.runs.approve import is_as_approved
from billing.runs.chunk_work import ChunkWork
from billing.runs.chunks import (
    LEASE_SECONDS,
    LeaseLost,
    chunks_left,
    goes_on,
    is_large,
    lease_chunk,
    make_chunks,
    release_leases,
    run_of_chunk,
)
from billing.runs.ending import Ending, is_ending
from billing.runs.hands import at_work, beside, hands_of
from billing.runs.models import BillingRun
from billing.runs.queries import get_run

Progress = Callable[[int, int], None]
Turn = AbstractContextManager[Any]
"""Serialises the writing transactions of workers that share a number series: at once they would
only conflict. None of them depends on it."""

_LOOK_SECONDS = 0.05

_log = logging.getLogger("duebill.runs")


def begin_work(run_id: str) -> bool:
    """Cut a run that is still to be prepared into chunks; whether there is anything to work on.

    One that was approved is refused where what is due is no longer what was approved.
    """
    if (run := get_run(run_id)).status == "preparing":
        if not is_as_approved(run):
            return False
        make_chunks(run)
    return True


def work_run(
    run_id: str,
    *,
    worker: str | None = None,
    turn: Turn | None = None,
    hands: int = 2,
    enough: Event | None = None,
    on_progress: Progress | None = None,
) -> None:
    """Bill chunks of the run until none is left, whoever leased the last one, or it is `enough`.

    A run of several chunks is worked on with so many hands, one or two: one computes while the
    other writes. `on_progress(done, total)` counts subscriptions.
    """
    if not begin_work(run_id):
        return
    ours, enough = Hands(get_run(run_id), turn or Lock(), on_progress), enough or Event()
    large = is_large(ours.run)
    first, *others = hands_of(worker or new_id("wrk"))[: hands if large else 1]
    with (
        at_work() if large else nullcontext(),
        beside(*(partial(ours.help, other) for other in others)),
    ):
        while not enough.is_set() and (chunk := _next_chunk(run_id, first)):
            ours.work(chunk, first)


class Hands:
    """What the hands of a worker share."""

    def __init__(self, run: BillingRun, turn: Turn, on_progress: Progress | None) -> None:
        self.run, self._turn, self._on_progress = run, turn, on_progress
        self._telling = Lock()

    def work(self, chunk: Row, hand: str) -> None:
        """Bill a chunk that the hand has leased, and tell how far the run has got."""
        _work_chunk(self.run, chunk, hand, self._turn)
        if self._on_progress:
            with self._telling:
                tell_progress(self.run.id, self._on_progress)

    def help(self, hand: str, enough: Event) -> None:
        """Bill chunks that nobody works on. The one that it fails at is left to the first hand,
        which also waits for those that others hold."""
        run_id = self.run.id
        try:
            while (
                not enough.is_set() and _may_begin(run_id) and (chunk := lease_chunk(run_id, hand))
            ):
                self.work(chunk, hand)
        except Exception:  # noqa: BLE001 -- it is logged, and the first hand meets it too
            _log.exception("A chunk is left to the other hand", extra={"run": run_id})
            with suppress(PyMongoError):  # else it ends by itself
                release_leases(run_id, hand)


def work_free_chunk(run_id: str, turn: Turn) -> bool:
    """Bill one chunk that nobody works on; whether there was one."""
    worker = new_id("wrk")
    if not _may_begin(run_id) or not (chunk := lease_chunk(run_id, worker)):
        return False
    _work_chunk(get_run(run_id), chunk, worker, turn)
    return True


def work_this_chunk(chunk_id: str, turn: Turn) -> None:
    """Bill the chunk, unless it is done, somebody works on it or its run does not go on."""
    run_id, worker = run_of_chunk(chunk_id), new_id("wrk")
    if run_id and _may_begin(run_id) and (chunk := lease_chunk(run_id, worker, chunk_id)):
        _work_chunk(get_run(run_id), chunk, worker, turn)


def tell_progress(run_id: str, on_progress: Progress) -> None:
    """How far the run has got, whoever works on it."""
    run = get_run(run_id)
    on_progress(run.done_subscriptions, run.due_subscriptions)


def _work_chunk(run: BillingRun, chunk: Row, worker: str, turn: Turn) -> None:
    try:
        ChunkWork(run, chunk, worker, turn).bill()
    except Ending:
        release_leases(run.id, worker)
    except LeaseLost:
        _log.warning("The lease of a chunk ran out; another worker has it", extra={"run": run.id})


def _may_begin(run_id: str) -> bool:
    """Whether another chunk of the run may be begun."""
    return not is_ending() and not is_closed() and goes_on(run_id)


def _next_chunk(run_id: str, worker: str) -> Row | None:
    """A chunk to work on; waits while others hold the last ones, in case they die."""
    deadline = time.monotonic() + 20 * LEASE_SECONDS
    if not _may_begin(run_id):
        return None
    while (chunk := lease_chunk(run_id, worker)) is None:
        if not chunks_left(run_id) or not goes_on(run_id) or time.monotonic() > deadline:
            return None
        if is_ending() or is_closed():
            return None
        time.sleep(_LOOK_SECONDS)
    return chunk
