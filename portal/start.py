"""What happens once, in gunicorn's master, before any worker exists, and after the last one."""

import atexit
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from billing.closing import is_closed
from billing.embedded import EmbeddedMongoError
from billing.migrations.version import NewerDatabase
from billing.settings import Settings, SettingsError
from billing.users.first_admin import ensure_first_admin
from portal.cli.database import DatabaseUnusable, connected, database_uri

ROOT = Path(__file__).resolve().parent.parent
_METRICS = "PROMETHEUS_MULTIPROC_DIR"  # the web processes' own
_WORKER_SECONDS = 25.0


class Start:
    """Holds the database open for the workers. Used by the master process only."""

    def __init__(self, settings: Settings, metrics: Path) -> None:
        self.settings = settings
        self.metrics = metrics
        self.uri = ""
        self._held = ExitStack()
        self._owner = os.getpid()
        self._setup_token: str | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def begin(self, meanwhile: Callable[[], None]) -> None:
        """Check the port, open the database, build indexes, see to the first admin.

        Until the database is open, `meanwhile` is done: the embedded one takes its time to start.

        Ends the process with one line when something is in the way.
        """
        atexit.register(self.end)  # also when gunicorn gives up before its own hook
        try:
            check_port(self.settings.host, self.settings.port)
            self.uri = self._open(meanwhile)
            with connected(self.uri):
                if is_closed():
                    return  # who is let in is about to be replaced; until then all is refused
                self._setup_token = ensure_first_admin(self.settings)
        except (
            EmbeddedMongoError,
            DatabaseUnusable,
            NewerDatabase,
            PortTaken,
            SettingsError,
        ) as error:
            sys.exit(f"Duebill cannot start: {error}")
        except KeyboardInterrupt:
            sys.exit(130)

    def _open(self, meanwhile: Callable[[], None]) -> str:
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(self._held.enter_context, database_uri(self.settings))
            meanwhile()
            return opening.result()

    def start_worker(self) -> None:
        """A worker beside the web processes, unless WORKER says that others see to it."""
        if not self.settings.worker:
            return
        told = {"MONGODB_URI": self.uri}
        kept = {name: value for name, value in os.environ.items() if name != _METRICS}
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "portal.beside", str(os.getpid())],
            cwd=ROOT,
            env={**kept, **told},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the master's to hear; it passes on what it means
        )

    def announce(self) -> None:
        """Tell the person at the terminal where to go."""
        where = "MONGODB_URI"
        if not self.settings.mongodb_uri:
            where = f"embedded MongoDB, data in {self.settings.data_dir / 'mongo'}"
        lines = [
            "Duebill is ready.",
            f"  Address   {self.settings.public_url}",
            f"  Database  {where}",
        ]
        if self._setup_token:
            link = f"{self.settings.public_url}/setup/{self._setup_token}"
            lines += ["  Set up    Create the first admin here (the link works once):", f"  {link}"]
        print("\n".join([*lines, "  Stop      Ctrl-C"]), flush=True)

    def end(self) -> None:
        """Let go of the database; workers inherit this object, hence the look at who asks."""
        if os.getpid() == self._owner:
            self._end_worker()
            self._held.close()
            shutil.rmtree(self.metrics, ignore_errors=True)

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(_WORKER_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()


@cache
def current_start(settings: Settings, metrics: Path) -> Start:
    """The one Start of this process; a reload (SIGHUP) reads the configuration again, not this."""
    return Start(settings, metrics)


class PortTaken(Exception):
    """The address cannot be listened on; the text is one line for a person."""


def check_port(host: str, port: int) -> None:
    """Raises PortTaken unless this process may listen on `host`:`port`."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} is taken; stop what uses it or set PORT to another number."
        else:
            message = f"HOST {host}, PORT {port} cannot be used: {error.strerror}."
        raise PortTaken(message) from None
