"""`python -m portal.beside PID`: a worker beside the web processes of a local installation.

It starts the worker, starts another one should it die, and ends it when it is told to or when the
process PID is gone. It imports next to nothing, since it only waits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
_LOOK_SECONDS = 0.2
_LONGEST_REST = 30.0
_GRACE_SECONDS = 20.0


class Beside:
    """Keeps one worker running for as long as `parent` lives."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._stopping = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """A signal's handler."""
        self._stopping = True

    def run(self) -> None:
        rest = 1.0
        while not self._is_over():
            began = time.monotonic()
            worker = self._start()
            while worker.poll() is None and not self._is_over():
                time.sleep(_LOOK_SECONDS)
            if worker.poll() is None:
                self._end(worker)
                return
            rest = 1.0 if time.monotonic() - began > _LONGEST_REST else min(2 * rest, _LONGEST_REST)
            self._wait(rest)

    def _is_over(self) -> bool:
        return self._stopping or os.getppid() != self._parent

    def _start(self) -> subprocess.Popen[bytes]:
        """The worker looks after its own parent too, should this process be killed."""
        command = [sys.executable, "-m", "portal.background", "--parent", str(os.getpid())]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_over():
            time.sleep(_LOOK_SECONDS)

    def _end(self, worker: subprocess.Popen[bytes]) -> None:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def main(parent: int) -> None:
    beside = Beside(parent)
    signal.signal(signal.SIGTERM, beside.stop)
    signal.signal(signal.SIGINT, beside.stop)
    beside.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
