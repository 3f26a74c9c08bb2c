"""Killing web processes while others are at work; gunicorn starts new ones."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from drills.world.world import World


@contextmanager
def killing_web_processes(found: World, every: float = 0.6) -> Iterator[list[int]]:
    """kill -9 one every now and then, `every` seconds at least, as long as the context lasts; how
    many it were. One of them is always left."""
    done, dice, kills = threading.Event(), random.Random(3), [0]

    def kill() -> None:
        while not done.wait(every * (1 + dice.random())):
            processes = [pid for portal in found.portals for pid in portal.children()]
            if len(processes) > 1:
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(processes), signal.SIGKILL)
                    kills[0] += 1

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield kills
    finally:
        done.set()
        thread.join()
        time.sleep(1)
