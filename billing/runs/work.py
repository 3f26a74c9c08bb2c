"""Working on a run: lease a chunk, bill it, until no chunk is left.

Several may do so at once and each may be killed at any line, see chunk_work.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from billing.closing import is_closed
from billing.database import Row
from billing.ids import new_id
from billing.runs.approve import is_as_approved
from billing.runs.chunk_work import ChunkWork
from billing.runs.chunks import (
    LEASE_SECONDS,
    LeaseLost,
    chunks_left,
    finish_chunk,
    goes_on,
    lease_chunk,
    make_chunks,
    release_leases,
    run_of_chunk,
)
from billing.runs.ending import Ending, is_ending
from billing.runs.models import BillingRun
from billing.runs.queries import get_run

Progress = Callable[[int, int], None]
Turn = AbstractContextManager[Any]
"""Serialises the writing transactions of workers that share a number series: at once they would
only conflict. None of them depends on it."""

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
    on_progress: Progress | None = None,
) -> None:
    """Bill chunks of the run until none is left, whoever leased the last one.

    `on_progress(done, total)` counts subscriptions.
    """
    worker = worker or new_id("wrk")
    if not begin_work(run_id):
        return
    run = get_run(run_id)
    while chunk := _next_chunk(run_id, worker):
        _work_chunk(run, chunk, worker, turn or nullcontext())
        if on_progress:
            tell_progress(run_id, on_progress)


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
        with turn:
            finish_chunk(run.id, chunk, worker)
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
        time.sleep(0.2)
    return chunk
