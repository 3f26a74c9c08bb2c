"""Child processes: each with a log of its own, ended by its process id and in no other way."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """A program that can be started, killed, frozen and started again."""

    def __init__(
        self, name: str, command: list[str], log: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.log = name, log
        self._command, self._environ = command, dict(environ or os.environ)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and before it was started."""
        return self._process.poll() if self._process else None

    def start(self, **environ: str) -> None:
        """Start it; `environ` changes its environment from now on."""
        self._environ.update(environ)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a power failure would."""
        self.send(signal.SIGKILL)
        self.wait()

    def end(self, seconds: float = 20) -> None:
        """As an operator would; killed when it does not listen."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def send(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def wait(self, seconds: float | None = None) -> int | None:
        """Until it has ended; its exit code."""
        return self._process.wait(seconds) if self._process else None

    def children(self) -> list[int]:
        """Process ids of what it has started itself."""
        try:
            text = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except OSError:
            return []
        return [int(pid) for pid in text.split()]


def until(found: Callable[[], T | None], seconds: float, what: str) -> T:
    """What `found` gives as soon as it is something. Raises TimeoutError naming `what`."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} within {seconds:.0f} s")
        time.sleep(0.02)
    return value


def free_port() -> int:
    """A port nobody listens on, below those that connections going out are given."""
    from billing.embedded_probe import free_port as find

    return find()


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
