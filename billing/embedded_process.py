"""The mongod process: start it detached, recognise it again, stop it cleanly."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

from pymongo.errors import PyMongoError

from billing.embedded_binary import EmbeddedMongoError
from billing.embedded_probe import client, data_behind, free_port, is_free, is_gone, is_mongod_of

_START_SECONDS = 60.0  # a recovery after a power cut takes a while
_STOP_SECONDS = 60.0
_ATTEMPTS = 3  # a port can be taken between our look and mongod's


class Mongod:
    """The server whose data lie in `directory`/mongo. Callers hold the start lock."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "mongo"
        self.log = directory / "mongo.log"
        self._state = directory / "mongo.json"

    @property
    def port(self) -> int:
        """The port of the last start; 0 before the first."""
        try:
            return int(json.loads(self._state.read_text())["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0  # no start yet, or a file cut off by a full disk: the port is not precious

    def is_running(self) -> bool:
        """Whether our server answers; one that is still starting is waited for."""
        pid = self._pid()
        if not pid or not is_mongod_of(pid, self.data):
            return False
        end = time.monotonic() + _START_SECONDS
        while is_mongod_of(pid, self.data):
            if self.port and data_behind(self.port) == str(self.data):
                return True
            if time.monotonic() > end:
                raise self._error(f"the mongod with process id {pid} does not answer")
            time.sleep(0.05)
        return False

    def start(self, binary: Path) -> None:
        """Run `binary` on the remembered port, or on a free one when a stranger has it."""
        self._prepare_directory()
        for _ in range(_ATTEMPTS):
            port = self.port if is_free(self.port) else free_port()
            self._state.write_text(json.dumps({"port": port}))
            done = self._run(binary, port)
            if done.returncode == 0:
                return
            if is_free(port):
                break
        raise self._error(f"mongod does not start: {self._reason(done)}")

    def stop(self) -> None:
        """Shut down cleanly and wait until the process is gone."""
        pid = self._pid()
        if not pid or not is_mongod_of(pid, self.data):
            return
        try:
            with client(self.port) as connection:
                connection.admin.command("shutdown", force=True, timeoutSecs=0)
        except PyMongoError:
            pass  # the connection always ends under this command; what counts is checked below
        end = time.monotonic() + _STOP_SECONDS
        # threads of a process can outlive the one that /proc shows as ended, hence the port too
        while not (is_gone(pid) and is_free(self.port)):
            if time.monotonic() > end:
                raise self._error(f"the mongod with process id {pid} does not stop")
            time.sleep(0.02)

    def _prepare_directory(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.log.exists():
                self.log.replace(self.log.with_suffix(".log.1"))
        except OSError as error:
            raise EmbeddedMongoError(
                f"DATA_DIR: {error.filename} cannot be used: {error.strerror}."
            ) from None

    def _run(self, binary: Path, port: int) -> subprocess.CompletedProcess[str]:
        """`--fork` detaches the server and returns once it accepts connections.

        A session of its own keeps the Ctrl-C of a terminal away from it.
        """
        options = {
            "--dbpath": self.data,
            "--logpath": self.log,
            "--bind_ip": "127.0.0.1",
            "--port": port,
            "--replSet": "rs0",
            "--oplogSize": 256,
            "--wiredTigerCacheSizeGB": _cache_gigabytes(),
        }
        parameters = {
            "transactionLifetimeLimitSeconds": 5,  # a frozen writer delays nobody longer
            "minSnapshotHistoryWindowInSeconds": 5,  # history costs cache
            "diagnosticDataCollectionEnabled": "false",
        }
        command = [str(binary), "--fork", "--quiet", "--nounixsocket"]
        for name, value in options.items():
            command += [name, str(value)]
        for name, value in parameters.items():
            command += ["--setParameter", f"{name}={value}"]
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
        )

    def _pid(self) -> int:
        """What mongod wrote into its lock file: stale after a kill, empty after a clean stop."""
        try:
            return int((self.data / "mongod.lock").read_text() or 0)
        except (FileNotFoundError, ValueError):
            return 0
        except OSError as error:
            raise EmbeddedMongoError(
                f"DATA_DIR: {error.filename} cannot be used: {error.strerror}."
            ) from None

    def _reason(self, done: subprocess.CompletedProcess[str]) -> str:
        """The last complaint in the log, else what the program said itself."""
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        complaints = re.findall(r'"s":"[EF]".*?"msg":"([^"]*)"(?:.*?"error":"([^"]*)")?', log)
        if complaints:
            return " ".join(part for part in complaints[0] if part)
        said = [line for line in done.stderr.splitlines() if line.strip()]
        return said[-1] if said else f"exit status {done.returncode}"

    def _error(self, message: str) -> EmbeddedMongoError:
        return EmbeddedMongoError(f"{message.rstrip('.')}. Its log is {self.log}.")


def _cache_gigabytes() -> float:
    """An eighth of the memory, between 0.25 and 1 GB: the portal and its work live here too."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return round(min(1.0, max(0.25, memory / 8)), 2)
