"""nginx before the portals, as it is deployed: only where it listens and whom it asks is ours."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from drills.world.children import ROOT, Child, free_port, listens, until
from drills.world.servers import program

_DEPLOYED = ROOT / "deploy"


class Proxy(Child):
    """A running nginx on a port of its own, before portals on these ports."""

    def __init__(self, directory: Path, ports: Sequence[int]) -> None:
        self.port = free_port()
        own = directory / "nginx"
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(_DEPLOYED / "nginx", own / "nginx")
        shutil.copy(_DEPLOYED / "nginx.conf", own)
        listen = f"listen 127.0.0.1:{self.port} backlog=4096;\nset $reached_by $scheme;\n"
        (own / "nginx/listen.conf").write_text(listen)
        told = (own / "nginx/upstream.conf").read_text()
        for number, port in enumerate(ports, 1):
            told = told.replace(f"portal-{number}:3000", f"127.0.0.1:{port}")
        lines = [line for line in told.splitlines() if "portal-" not in line]
        (own / "nginx/upstream.conf").write_text("\n".join(lines))
        command = [program("nginx"), "-p", str(own), "-c", str(own / "nginx.conf")]
        command += ["-e", "stderr", "-g", "daemon off;"]
        super().__init__("nginx", command, directory / "nginx.log", dict(os.environ))

    def begin(self) -> None:
        self.start()
        until(lambda: listens(self.port), 20, "nginx listens")
