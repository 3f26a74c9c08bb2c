"""One clock an hour back, another a day ahead, from the start and as a jump: all go by one time.

Portals, a billing run and workers have clocks of their own (wrong_clock.c). Nothing may be billed
that falls due tomorrow; the `Date` of the portals' answers shows how wrong their clocks are. The
second time the clocks are right at first, and jump while a run is half done.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from billing import clock
from billing.database import database
from billing.runs.run_billing import start_run
from drills.report import Report, Skipped
from drills.world import seed
from drills.world.books import count_books
from drills.world.children import ROOT, Child, until
from drills.world.events import unnumbered, wait_until_numbered
from drills.world.servers import Portal, program
from drills.world.trouble import judge
from drills.world.world import World, world
from drills.world.writer import Writer

DUE = 4000
TOMORROW = 50
_CLOCKS = {"an hour back": "-3600", "a day ahead": "86400"}
_LATELY = timedelta(minutes=15)
_SOURCE = ROOT / "drills" / "world" / "wrong_clock.c"


def drill(report: Report) -> None:
    """Two portals, two workers and two processes of one run, and every clock is wrong."""
    with world(nodes=1, portals=2) as found:
        library = _library(found.directory)
        _due_tomorrow()
        for times, sign in ((1, None), (2, found.directory / "jump")):
            seed.subscriptions(DUE)
            clocks = Clocks(library, sign)
            writer = Writer(found.client(), rate=60, threads=8, prefix=f"deed{times}")
            with _running(found, clocks), writer:
                billed = _run(found, clocks, report)
                _look_at(found, report)
            if sign:
                report.some("invoices before the clocks jumped", billed - DUE)
                report.some("invoices that were still to come", 2 * DUE - billed)
            report.zero("not invoiced", times * DUE - _invoices())
            wait_until_numbered(30)
            report.zero("events without a number", unnumbered())
            report.figure("answers by status", dict(writer.statuses))
            judge(report, writer)
            _judge_dates(report)
            count_books(report)


@dataclass(frozen=True)
class Clocks:
    """Makes the clocks of processes wrong: from their start, or once there is the file `sign`."""

    library: str
    sign: Path | None

    def wrong_by(self, off: str) -> dict[str, str]:
        """What the environment of a process has to say."""
        sign = {"CLOCK_SIGN": str(self.sign)} if self.sign else {}
        return {"LD_PRELOAD": self.library, "CLOCK_OFF": off, **sign}


@contextmanager
def _running(found: World, clocks: Clocks) -> Iterator[None]:
    """Both portals, started again, and two workers."""
    workers = []
    for portal, off in zip(found.portals, _CLOCKS.values(), strict=True):
        portal.end()
        portal.start(**clocks.wrong_by(off))
        workers.append(_child(found, f"worker {off}", "portal.background"))
        workers[-1].start(**clocks.wrong_by(off))
    for portal in found.portals:
        portal.await_ready()
    try:
        yield
    finally:
        for worker in workers:
            worker.end()


def _run(found: World, clocks: Clocks, report: Report) -> int:
    """How many invoices there were when the clocks jumped, which they do soon after it began."""
    before = _invoices()
    run = start_run()
    processes = [
        _child(found, f"run {off}", "portal.runs.process", run.id) for off in _CLOCKS.values()
    ]
    for process, off in zip(processes, _CLOCKS.values(), strict=True):
        process.start(**clocks.wrong_by(off))
    if clocks.sign:
        until(lambda: _invoices() > before, 60, "the run is under way")
        clocks.sign.touch()
    billed = _invoices()
    report.true("both processes of the run ended well", not any(p.wait(120) for p in processes))
    return billed


def _look_at(found: World, report: Report) -> None:
    for portal, name in zip(found.portals, _CLOCKS, strict=True):
        wrong = abs(_date_of(found, portal) - time.time())
        report.some(f"{name}: seconds that the portal's clock is wrong", wrong, 3000)


def _invoices() -> int:
    return database().invoices.count_documents(seed.BILLED)


def _judge_dates(report: Report) -> None:
    today = clock.today().isoformat()
    early = {**seed.BILLED, "period_start": {"$gt": today}}
    report.zero("billed a day early", database().invoices.count_documents(early))
    others = {"number": {"$gt": ""}, "issue_date": {"$ne": today}}
    report.zero("invoices of another day", database().invoices.count_documents(others))
    now = clock.now()
    off = {"$or": [{"created_at": {"$gt": now}}, {"created_at": {"$lt": now - _LATELY}}]}
    report.zero("events of another time", database().events.count_documents(off))


def _due_tomorrow() -> None:
    """Subscriptions whose next period begins tomorrow; one of today would be billed."""
    seed.subscriptions(TOMORROW)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    moved = {"start_date": tomorrow, "next_billing_date": tomorrow}
    database().subscriptions.update_many({}, {"$set": moved})


def _child(found: World, name: str, module: str, *arguments: str) -> Child:
    command = [sys.executable, "-m", module, *arguments]
    return Child(name, command, found.directory / f"{name}.log", found.environ)


def _library(directory: Path) -> str:
    """The library that makes clocks wrong, compiled. Raises Skipped."""
    library = directory / "wrong_clock.so"
    command = [program("cc"), "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE)]
    if subprocess.run(command, check=False).returncode:
        raise Skipped("the library for wrong clocks cannot be compiled here")
    return str(library)


def _date_of(found: World, portal: Portal) -> float:
    told = found.client(portal).raw("GET", "/healthz", None).headers["date"]
    return parsedate_to_datetime(told).timestamp()
