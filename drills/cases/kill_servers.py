"""kill -9 web processes, portals, workers and a billing run, 100 times while all is busy.

Nine in ten of the blows hit a web process or a worker; now and then a whole portal or the run goes.
"""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress

from billing.database import database
from drills.report import Report
from drills.world.books import count_books
from drills.world.children import Child, until
from drills.world.events import unnumbered, wait_until_numbered
from drills.world.seed import BILLED, subscriptions
from drills.world.world import World, world
from drills.world.writer import Writer, missing_and_doubled

KILLS = 100
DUE = 20_000


def drill(report: Report) -> None:
    """Kill, start again, count."""
    with world(nodes=1, workers=2) as found:
        subscriptions(DUE)
        killer = Killer(found)
        with Writer(found.client(), rate=80, threads=8) as writer:
            for _ in range(KILLS):
                killer.strike(writer)
        report.figure("killed", dict(killer.killed))
        report.some("kills in all", sum(killer.killed.values()), KILLS)
        report.some("kills while a write was under way", killer.hits, KILLS / 2)
        report.some("kills of the run before its end", killer.killed["run"])
        killer.finish_run()
        lost, doubled = missing_and_doubled(writer.names)
        report.some("writes acknowledged", len(writer.names), KILLS)
        report.figure("answers by status", dict(sorted(writer.statuses.items())))
        report.figure("longest time without an acknowledgement", writer.longest_silence)
        report.zero("acknowledged and lost", lost)
        report.zero("acknowledged and doubled", doubled)
        report.zero("never answered", len(writer.unsettled))
        report.zero("not invoiced", DUE - database().invoices.count_documents(BILLED))
        wait_until_numbered(60)
        report.zero("events without a number", unnumbered())
        count_books(report)


class Killer:
    """Strikes at random, always with the same dice."""

    def __init__(self, found: World) -> None:
        self._world, self._dice = found, random.Random(7)
        self.killed: Counter[str] = Counter()
        self.hits = 0
        self._run = found.flask("run", "billing", "run")
        self._run.start()

    def strike(self, writer: Writer) -> None:
        """One kill, and whatever was killed is started again by whoever does it in production."""
        time.sleep(0.05 + self._dice.random() * 0.25)
        self.hits += bool(writer.unsettled)
        blow = self._dice.random()
        if blow < 0.6:
            self._kill_web_process()
        elif blow < 0.85:
            self._restart("worker", self._dice.choice(self._world.workers))
        elif blow < 0.9:
            portal = self._dice.choice(self._world.portals)
            self._restart("portal", portal)
            portal.await_ready()
        else:
            self._kill_run()

    def finish_run(self) -> None:
        """Take the run up where it was left, as an operator does."""
        self._run.wait(120)
        self._go_on().wait(120)

    def _kill_web_process(self) -> None:
        """Of whichever portal has one at the moment."""
        portals = self._world.portals
        processes = until(lambda: [pid for p in portals for pid in p.children()], 60, "they live")
        with suppress(ProcessLookupError):
            os.kill(self._dice.choice(processes), signal.SIGKILL)
        self.killed["web process"] += 1

    def _restart(self, what: str, child: Child) -> None:
        child.kill()
        self.killed[what] += 1
        child.start()

    def _kill_run(self) -> None:
        if self._run.pid:
            self._run.kill()
            self.killed["run"] += 1
        self._run = self._go_on()

    def _go_on(self) -> Child:
        """Another run: it takes what the one before it left."""
        run = self._world.flask("run", "billing", "run")
        run.start()
        return run
