"""A million subscriptions due on one day: billed by one process and by two, and checked.

Not a part of `make bench`, since it takes half an hour: `--only million`. The memory of
each process is looked at with every chunk; "flat" compares its peak with what it was when a tenth
was done. `MILLION_DUE` makes it fewer.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.due import DUE, apart, connect, fill, write_again
from bench.table import Row
from billing import database
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing

HOW_MANY = int(os.environ.get("MILLION_DUE", "1000000"))
MINUTES = 6
MOST_MIB = 300
FLAT = 20
"""MiB that a process may grow by after a tenth is done."""


def rows(uri: str) -> list[Row]:
    """The run with its ceiling by one process, by two, and the check of the books after it."""
    return [row for workers in (1, 2) for row in apart(_round, uri, workers)]


def _round(uri: str, workers: int) -> list[Row]:
    connect(uri, "bench_million")
    _timed("generated", lambda: fill(HOW_MANY))
    memory = Memory()
    seconds = _timed(f"billed by {workers}", lambda: _bill(workers, memory))
    print(f"  each process: {memory}", flush=True)
    checked = _timed("checked", _check)
    ceiling = HOW_MANY / _timed("written by PyMongo alone", write_again)
    database.database().client.drop_database("bench_million")
    database.disconnect()
    name, by = f"{HOW_MANY:,} due", f"{workers} process{'es' * (workers > 1)}"
    return [
        Row(f"{name}, {by}", HOW_MANY / seconds, "invoices/s", ceiling, 0.5 * ceiling),
        Row(f"{name}, {by}: time", seconds, "s", target=60 * MINUTES, is_at_most=True),
        Row(f"{name}, {by}: memory", memory.peak, "MiB", target=MOST_MIB, is_at_most=True),
        Row(f"{name}, {by}: grown", memory.peak - memory.early, "MiB", None, FLAT, is_at_most=True),
        Row(f"{name}, then check of the books", checked, "s", target=300, is_at_most=True),
    ]


def _bill(workers: int, memory: "Memory") -> None:
    run = run_billing(DUE, workers=workers, on_progress=memory.look)
    assert (run.invoiced, run.skipped) == (HOW_MANY, 0), run.row()


def _check() -> None:
    assert check_books() == []


def _timed(what: str, work: Callable[[], float | None]) -> float:
    """Seconds, or what `work` counted itself."""
    began = time.perf_counter()
    seconds = work() or time.perf_counter() - began
    print(f"  {what} in {seconds:,.1f} s", flush=True)
    return seconds


class Memory:
    """The largest of this process and those it started, in MiB, now and then."""

    def __init__(self) -> None:
        self.peak = self.early = 0

    def look(self, done: int, total: int) -> None:
        """Told with the progress of a run."""
        self.peak = max(self.peak, *(resident(process) for process in _ours()))
        if not self.early or done <= total // 10:
            self.early = self.peak

    def __str__(self) -> str:
        return f"peak {self.peak} MiB, {self.early} MiB when a tenth was done"


def resident(process: int) -> int:
    """MiB in memory; 0 of a process that has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def _ours() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [own, *map(int, children)]
