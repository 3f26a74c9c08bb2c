"""Beside what is measured: a server that takes what is sent, and a worker that sends it."""

import resource
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Any

from billing import database
from billing.workers.worker import Job, Worker

SPAWN = get_context("spawn")


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port at which `serve` takes connections, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        process = SPAWN.Process(target=serve, args=(server,), daemon=True)
        process.start()
        yield server.getsockname()[1]
        process.terminate()
        process.join()


def worked_off(
    work: Callable[..., None], told: Sequence[object], total: int,
    *, so_far: Callable[[], int], is_left: Callable[[], bool],
) -> tuple[float, int]:  # fmt: skip
    """Pieces a second, from when some are done until nothing is left, and the peak MiB of whoever
    does them: `work(*told, done, peak)` in a process of its own, which ends with `until_done`."""
    done, peak = SPAWN.Event(), SPAWN.Queue()
    worker = SPAWN.Process(target=work, args=(*told, done, peak))
    worker.start()
    while not (first := so_far()):
        time.sleep(0.05)
    began = time.perf_counter()
    while is_left():
        time.sleep(0.05)
    rate = (total - first) / (time.perf_counter() - began)
    done.set()
    memory: int = peak.get()
    worker.join()
    return rate, memory


def until_done(worker: Worker, jobs: Sequence[Job], done: Event, peak: Any) -> None:
    """Let it work until `done` is set; its peak MiB."""
    worker.run(jobs, is_wanted=lambda: not done.is_set())
    peak.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    database.disconnect()
