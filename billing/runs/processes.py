"""Several processes on one run. They are spawned, so that no connection crosses a fork."""

import time
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from billing import database
from billing.actors import Actor, acting_as, current_actor
from billing.ids import new_id
from billing.runs.approve import is_as_approved
from billing.runs.chunks import make_chunks, release_leases
from billing.runs.queries import get_run
from billing.runs.turn import Turn
from billing.runs.work import Progress, work_run


def work_in_processes(run_id: str, workers: int, on_progress: Progress | None) -> None:
    """Let `workers` processes work on the run; what one that died had leased goes to the others."""
    if (run := get_run(run_id)).status == "preparing":
        if not is_as_approved(run):
            return
        make_chunks(run)
    with TemporaryDirectory(prefix="duebill-run-") as directory:
        turn = Path(directory) / "turn"
        names = [new_id("wrk") for _ in range(workers)]
        _watch(run_id, {name: _start(run_id, name, turn) for name in names}, on_progress)
    work_run(run_id)  # finds something to do only if all the others died


def _start(run_id: str, worker: str, turn: Path) -> BaseProcess:
    arguments = (database.uri(), run_id, worker, current_actor(), turn)
    process = get_context("spawn").Process(target=_work, args=arguments, daemon=True)
    process.start()
    return process


def _watch(run_id: str, running: dict[str, BaseProcess], on_progress: Progress | None) -> None:
    while running:
        time.sleep(0.1)
        for name in [name for name, process in running.items() if not process.is_alive()]:
            running.pop(name)
            release_leases(run_id, name)
        if on_progress:
            run = get_run(run_id)
            on_progress(run.done_subscriptions, run.due_subscriptions)


def _work(uri: str, run_id: str, worker: str, actor: Actor, turn: Path) -> None:
    database.connect(uri)
    with acting_as(actor):
        work_run(run_id, worker=worker, turn=Turn(turn))
    database.disconnect()
