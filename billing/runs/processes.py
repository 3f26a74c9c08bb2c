"""Several processes on one run. They are spawned, so that no connection crosses a fork."""

import logging
import os
import time
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from pymongo.errors import PyMongoError

from billing import database
from billing.actors import Actor, acting_as, current_actor
from billing.ids import new_id
from billing.runs.chunks import chunks_left, chunks_of, goes_on, is_worked_on, release_leases
from billing.runs.ending import end_on_sigterm, is_ending
from billing.runs.hands import beside, hands_of
from billing.runs.run_billing import finish_run
from billing.runs.turn import Turn
from billing.runs.work import Progress, begin_work, tell_progress, work_run

_log = logging.getLogger("duebill.runs")

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 5.0


def work_in_processes(run_id: str, workers: int, on_progress: Progress | None) -> None:
    """Let `workers` processes work on the run, this one and those that it starts; what one that
    died had leased goes to the others.

    Should this process die itself, the others work on to the end and close the run.
    """
    if not begin_work(run_id):
        return
    hands = hands_for(workers)
    with TemporaryDirectory(prefix="duebill-run-", ignore_cleanup_errors=True) as directory:
        turn = Path(directory) / "turn"
        names = [new_id("wrk") for _ in range(min(workers, chunks_of(run_id)) - 1)]
        running = {name: _start(run_id, name, turn, hands) for name in names}
        try:
            with beside(partial(_own_part, run_id, turn, hands)) as (own,):
                _watch(run_id, running, own, on_progress)
                if is_ending():
                    _tell_to_end(running)
            _wait(running)
        finally:
            _end(running)
    work_run(run_id)  # finds something to do only if all of them died, or failed at it
    if on_progress:
        tell_progress(run_id, on_progress)


def hands_for(workers: int) -> int:
    """With how many hands each of so many processes works. More than there are cores would take
    them from each other and from MongoDB; two processes compute and write by turns as hands do."""
    return 2 if 2 * workers <= (os.cpu_count() or 1) else 1


def _own_part(run_id: str, turn: Path, hands: int, enough: Event) -> None:
    """What this process bills of the run. What it fails at is left to the others."""
    worker = new_id("wrk")
    try:
        work_run(run_id, worker=worker, turn=Turn(turn), hands=hands, enough=enough)
    except Exception:  # noqa: BLE001 -- it is logged, and whoever takes up the chunk meets it too
        _log.exception("A chunk is left to the other processes", extra={"run": run_id})
        with suppress(PyMongoError):  # else they end by themselves
            release_leases(run_id, *hands_of(worker))


def _start(run_id: str, worker: str, turn: Path, hands: int) -> BaseProcess:
    process = get_context("spawn").Process(
        target=_work,
        args=(database.uri(), run_id, worker, current_actor()),
        kwargs={"turn": turn, "hands": hands},
        daemon=True,
    )
    process.start()
    return process


def _watch(
    run_id: str, running: dict[str, BaseProcess], own: Thread, on_progress: Progress | None
) -> None:
    while not is_ending():
        if not running and not own.is_alive():
            return  # all of them failed
        time.sleep(_LOOK_SECONDS)
        try:
            if not _is_under_way(run_id):
                return
            _let_go(run_id, running)
            if on_progress:
                tell_progress(run_id, on_progress)
        except PyMongoError:
            # Those who work meet it too; while they outlast it, it is no reason to end them.
            _log.warning("The run cannot be looked at", exc_info=True, extra={"run": run_id})


def _let_go(run_id: str, running: dict[str, BaseProcess]) -> None:
    """What those had leased that are gone."""
    for name in [name for name, process in running.items() if not process.is_alive()]:
        release_leases(run_id, *hands_of(name))
        running.pop(name)


def _is_under_way(run_id: str) -> bool:
    """Of a run that was stopped, the chunks in hand are still finished."""
    return chunks_left(run_id) and (goes_on(run_id) or is_worked_on(run_id))


def _tell_to_end(running: dict[str, BaseProcess]) -> None:
    """Let them finish the chunks in hand."""
    for process in running.values():
        process.terminate()


def _wait(running: dict[str, BaseProcess]) -> None:
    """Let those end that see that nothing is left."""
    until = time.monotonic() + _GRACE_SECONDS
    for process in running.values():
        process.join(max(0.0, until - time.monotonic()))


def _end(running: dict[str, BaseProcess]) -> None:
    """Who is still there is frozen and holds nothing any more, or this process is to end."""
    for process in running.values():
        process.kill()
        process.join()


def _work(uri: str, run_id: str, worker: str, actor: Actor, *, turn: Path, hands: int) -> None:
    end_on_sigterm()
    database.connect(uri)
    with acting_as(actor):
        work_run(run_id, worker=worker, turn=Turn(turn), hands=hands)
        finish_run(run_id)
    # Leaving in the usual way would wait for the driver, half a second.
    os._exit(0)
