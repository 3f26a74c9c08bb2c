"""A million subscriptions due on one day: generated, billed by one process and by two, checked.

Not a part of `make bench`, since it takes long: `--only million`. `MILLION_DUE` (a multiple of
2,000) makes it fewer, `MILLION_WORKERS=1` leaves the second process out. The memory of each process
is looked at with every chunk; "flat" compares the last third of the run with the first.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.due import DUE, apart, connect, fill_fast
from bench.table import Row
from billing import database
from billing.runs.check import check_books
from billing.runs.run_billing import run_billing

HOW_MANY = int(os.environ.get("MILLION_DUE", "1000000"))
WORKERS = [int(each) for each in os.environ.get("MILLION_WORKERS", "1,2").split(",")]
MINUTES = 6
MOST_MIB = 300
FLAT = 20
"""MiB that a process may grow by."""


def rows(uri: str) -> list[Row]:
    """The run, its memory and the check of the books after it, for each number of processes."""
    return [row for workers in WORKERS for row in apart(_round, uri, workers)]


def _round(uri: str, workers: int) -> list[Row]:
    connect(uri, "bench_million")
    _timed("generated", lambda: fill_fast(HOW_MANY, processes=2))
    memory = Memory()
    seconds = _timed(f"billed by {workers}", lambda: _bill(workers, memory))
    print(f"  {HOW_MANY / seconds:,.0f} invoices/s; {memory}", flush=True)
    checked = _timed("checked", _check)
    database.database().client.drop_database("bench_million")
    database.disconnect()
    name, by = f"{HOW_MANY:,} due", f"{workers} process{'es' * (workers > 1)}"
    return [
        Row(f"{name}, {by}", HOW_MANY / seconds, "invoices/s"),
        Row(f"{name}, {by}: time", seconds, "s", target=60 * MINUTES, is_at_most=True),
        Row(f"{name}, {by}: memory", memory.peak, "MiB", target=MOST_MIB, is_at_most=True),
        Row(f"{name}, {by}: grown", memory.grown, "MiB", target=FLAT, is_at_most=True),
        Row(f"{name}, then check of the books", checked, "s", target=300, is_at_most=True),
    ]


def _bill(workers: int, memory: "Memory") -> None:
    run = run_billing(DUE, workers=workers, on_progress=memory.look)
    assert (run.invoiced, run.skipped) == (HOW_MANY, 0), run.row()


def _check() -> None:
    assert check_books() == []


def _timed(what: str, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"  {what} in {seconds:,.1f} s", flush=True)
    return seconds


class Memory:
    """The largest of this process and those it started, in MiB, in each third of a run."""

    def __init__(self) -> None:
        self.thirds = [0, 0, 0]

    @property
    def peak(self) -> int:
        return max(self.thirds)

    @property
    def grown(self) -> int:
        """By how much the last third exceeds the first."""
        return self.thirds[2] - self.thirds[0]

    def look(self, done: int, total: int) -> None:
        """Told with the progress of a run."""
        third = min(3 * done // total, 2)
        self.thirds[third] = max(self.thirds[third], *(resident(each) for each in _ours()))

    def __str__(self) -> str:
        return "the largest process in each third: " + ", ".join(f"{m} MiB" for m in self.thirds)


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
