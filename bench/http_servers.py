"""The two servers that are compared, each a real gunicorn with 2 workers of 8 threads."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.http_seed import seed
from bench.table import ROOT
from billing import database, indexes
from billing.users.models import User
from billing.users.tokens import Tokens

JWT_SECRET = "Vt4Ry1oMx8Kb6NzWc3JuQf7LdHg0SpEa"
PUBLIC_URL = "http://bench.localhost"
WORKERS = 2
SECRET_KEY = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"

PORTAL = ("-c", "portal/gunicorn_conf.py", "wsgi:app")
CEILING = ("-c", "bench/http_ceiling_conf.py", "bench.http_ceiling:app")


CUSTOMERS = 10_000


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two are, and who asks them: both believe the tokens of one."""

    portal: str
    ceiling: str
    user: User
    tokens: Tokens

    def token(self) -> str:
        """An access token of a sign-in of its own."""
        return self.tokens.issue(self.user).access_token


@contextmanager
def servers(uri: str, name: str, directory: Path) -> Iterator[tuple[Servers, list[str]]]:
    """Both servers on a filled database of that name, and the ids of the customers in it."""
    uri = uri.replace("/duebill?", f"/{name}?")
    database.connect(uri)
    database.database().client.drop_database(name)
    indexes.ensure_indexes()
    user, ids = seed(CUSTOMERS)
    try:
        with (
            served(PORTAL, uri, directory / "portal", "/healthz") as portal,
            served(CEILING, uri, directory / "ceiling", "/bare") as ceiling,
        ):
            yield Servers(portal, ceiling, user, Tokens(JWT_SECRET, PUBLIC_URL)), ids
    finally:
        database.database().client.drop_database(name)
        database.disconnect()


@contextmanager
def served(arguments: tuple[str, ...], uri: str, data_dir: Path, probe: str) -> Iterator[str]:
    """The address of a gunicorn that answers `probe`; its log goes to a file in `data_dir`."""
    port = free_port()
    environment = {
        **os.environ,
        "MONGODB_URI": uri,
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "WEB_CONCURRENCY": str(WORKERS),
        "SECRET_KEY": SECRET_KEY,
        "JWT_SECRET": JWT_SECRET,
        "PUBLIC_URL": PUBLIC_URL,
        "WORKER": "false",  # what it does is measured by itself
        "API_RATE_LIMIT": "10000000",  # counted as ever, and never reached
    }
    command = [str(Path(sys.executable).with_name("gunicorn")), *arguments]
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address + probe, process)
            yield address
        finally:
            process.terminate()
            process.wait(40)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"The server of {url} ended with exit code {process.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nobody answers at {url}.")


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
