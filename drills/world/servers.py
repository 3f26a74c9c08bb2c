"""What serves: portals as production runs them, the proxy before them, workers, Redis."""

import os
import shutil
import signal
import sys
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from drills.report import Skipped
from drills.world.children import Child, free_port, listens, until

JWT_SECRET = "Vt4Ry1oMx8Kb6NzWc3JuQf7LdHg0SpEa"
SECRET_KEY = "kq8Zr3vN0xWb5LtYcJ7uPf2HdGm9SaQe"
PUBLIC_URL = "http://drills.localhost"
_PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR")


def environment(uri: str, directory: Path, **more: str) -> dict[str, str]:
    """The settings that all processes of the portal share."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **kept,
        "MONGODB_URI": uri,
        "DATA_DIR": str(directory / "var"),
        "SECRET_KEY": SECRET_KEY,
        "JWT_SECRET": JWT_SECRET,
        "PUBLIC_URL": PUBLIC_URL,
        "WORKER": "false",
        "WEB_CONCURRENCY": "2",
        "WEBHOOK_ALLOW_PRIVATE": "true",
        "TRUSTED_PROXIES": "1",
        # Counted as ever, and never reached but where a drill is about them.
        "API_RATE_LIMIT": "10000000",
        "ADDRESS_RATE_LIMIT": "10000000",
        "TOKEN_RATE_LIMIT": "10000000",
        **more,
    }


class Portal(Child):
    """A gunicorn with two web processes unless it is told otherwise, as production runs it."""

    def __init__(self, name: str, directory: Path, environ: Mapping[str, str]) -> None:
        self.port = free_port()
        own = {"PORT": str(self.port), "HOST": "127.0.0.1"}
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        command = [gunicorn, "-c", "portal/gunicorn_conf.py", "wsgi:app"]
        super().__init__(name, command, directory / f"{name}.log", {**environ, **own})

    def kill(self) -> None:
        """As the end of its container: the web processes go with their master."""
        processes = self.children()
        super().kill()
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not listens(self.port), 20, f"{self.name} lets go of its port")

    def is_ready(self) -> bool:
        return self.answers("/readyz")

    def answers(self, path: str, seconds: float = 3) -> bool:
        """Whether a GET is answered with 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=seconds):
                return True
        except OSError:
            return False

    def begin(self) -> None:
        """Start it and wait until it is ready."""
        self.start()
        self.await_ready()

    def await_ready(self, seconds: float = 120) -> None:
        until(self.is_ready, seconds, f"{self.name} is ready")


class Worker(Child):
    """`flask worker`: events, webhooks, mail, reminders."""

    def __init__(self, name: str, directory: Path, environ: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "portal.background"]
        super().__init__(name, command, directory / f"{name}.log", environ)


class Redis(Child):
    """Keeps nothing on disk."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = [program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--dir", str(directory)]
        super().__init__("redis", command, directory / "redis.log")

    def begin(self) -> None:
        self.start()
        until(lambda: listens(self.port), 20, "redis-server listens")


def program(name: str) -> str:
    """Where a program is that the drill needs. Raises Skipped."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise Skipped(f"{name} is not installed here")
    return found
