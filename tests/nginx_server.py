"""A real nginx with the configuration that is deployed, on ports of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

DEPLOYED = Path(__file__).resolve().parents[1] / "deploy"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class NginxServer:
    """Stands before `portals`, addresses such as 127.0.0.1:3000."""

    def __init__(self, directory: Path, portals: Sequence[str]) -> None:
        assert NGINX, "nginx is missing: scripts/system_packages.py installs it"
        self.directory = directory
        self.port = free_port()
        self.log = directory / "stdout"
        self._process: subprocess.Popen[bytes] | None = None
        own = directory / "conf"
        shutil.copytree(DEPLOYED / "nginx", own / "nginx")
        shutil.copy(DEPLOYED / "nginx.conf", own)
        listen = f"listen 127.0.0.1:{self.port} backlog=4096;\nset $reached_by $scheme;\n"
        (own / "nginx/listen.conf").write_text(listen)
        self.stand_before(portals)

    def stand_before(self, portals: Sequence[str]) -> None:
        """Write who is behind it; a running one reads that by `reload`."""
        told = (DEPLOYED / "nginx/upstream.conf").read_text()
        for number, address in enumerate(portals, 1):
            told = told.replace(f"portal-{number}:3000", address)
        lines = [line for line in told.splitlines() if "portal-" not in line]
        (self.directory / "conf/nginx/upstream.conf").write_text("\n".join(lines))

    def command(self, *arguments: str) -> list[str]:
        """What is typed; a root's nginx would else become somebody who may not enter here."""
        user = "user root;" if os.geteuid() == 0 else ""
        directives = ["-g", f"daemon off; {user}"]
        places = ["-p", str(self.directory), "-c", str(self.directory / "conf/nginx.conf")]
        return [str(NGINX), *places, *directives, *arguments]

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self.log.open("ab") as out, (self.directory / "stderr").open("ab") as err:
            self._process = subprocess.Popen(self.command(), stdout=out, stderr=err)
        end = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, (self.directory / "stderr").read_text()
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.02)

    def reload(self) -> None:
        """Read the configuration again, without dropping a connection."""
        subprocess.run(self.command("-s", "reload"), check=True, capture_output=True)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


@contextmanager
def nginx_server(directory: Path, portals: Sequence[str]) -> Iterator[NginxServer]:
    """A running nginx for the length of this context."""
    server = NginxServer(directory, portals)
    server.start()
    try:
        yield server
    finally:
        server.stop()
