"""A billing run in a process of its own, so that no request and no page has to last as long.

The process ends with the run. When it is killed, or the database goes away under it, the run is
shown as interrupted and can be resumed.
"""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

from billing import database
from billing.actors import current_actor
from portal.cores import roam

ROOT = Path(__file__).resolve().parents[2]


class Launched:
    """A process at work."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self, seconds: float) -> None:
        """Ask it to end and wait for so long; what it holds then runs out by itself."""
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()


def launch_run(run_id: str) -> Launched:
    """Start working on the run in the name of the present actor; returns at once."""
    return launch("portal.runs.process", run_id)


def launch(module: str, argument: str) -> Launched:
    """Start `module` with an argument in the name of the present actor; returns at once."""
    actor = current_actor()
    command = [sys.executable, "-m", module, argument]
    told = {
        "MONGODB_URI": database.uri(),
        "DUEBILL_ACTOR_TYPE": actor.type,
        "DUEBILL_ACTOR_ID": actor.id,
        "DUEBILL_ACTOR_NAME": actor.name,
    }
    kept = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**kept, **told},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl-C at the portal's terminal is not meant for it
    )
    roam(process.pid)  # this thread is bound to the core of its web process
    Thread(target=process.wait, daemon=True).start()  # so that none is left behind as a zombie
    return Launched(process)
