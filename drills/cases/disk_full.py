"""The disk of the leading node fills up: it gives up, another leads, and it catches up later.

Its data are on a small file system in memory, which only root can make; else the drill is skipped.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from drills.report import Report, Skipped
from drills.world.books import count_books
from drills.world.children import until
from drills.world.trouble import Watch, judge, trouble
from drills.world.world import World, world
from drills.world.writer import Writer

_MIB = 1024 * 1024
_SIZE = 640


def drill(report: Report) -> None:
    """Fill it, wait for the failover, make room again."""
    with world(around=_small_disk) as found:
        full = found.mongo.nodes[0]
        _let_lead(found)
        writer = Writer(found.client(seconds=60), rate=100)
        with Watch(found) as watch, writer:
            time.sleep(3)
            with trouble("disk full", writer, watch, report, refuses=False):
                filling = full.data / "filling"
                report.figure("MiB that were free", _fill(filling))
                until(lambda: not full.pid, 60, "the node gives up")
                report.true(f"the node ended by itself ({full.exit_code})", full.exit_code != 0)
            filling.unlink()
            full.start()
            found.mongo.await_whole(90)
            report.true("it is back and whole", bool(full.ask("hello").get("setName")))
            time.sleep(2)
        judge(report, writer, watch)
        count_books(report)


@contextmanager
def _small_disk(directory: Path) -> Iterator[None]:
    """What is to be the first node's directory is a file system of its own."""
    place = directory / "mongod-1"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={_SIZE}m", "tmpfs", str(place)]
    try:
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Skipped("there is no mount here") from None
    if done.returncode:
        raise Skipped(f"no small file system can be made here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def _let_lead(found: World) -> None:
    """Let the node with the small disk lead."""
    first = found.mongo.nodes[0]
    while (primary := found.mongo.primary()) is not first:
        primary.ask("replSetStepDown", 10)
        with suppress(TimeoutError):
            until(first.is_primary, 5, "it leads")


def _fill(file: Path) -> int:
    """Write until nothing more fits; how many MiB it were."""
    written = 0
    with suppress(OSError), file.open("wb", buffering=0) as filling:
        while True:
            filling.write(b"\0" * _MIB)
            written += 1
    return written
