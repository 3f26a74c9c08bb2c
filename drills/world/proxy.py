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
        shutil.copytree(_DEPLOYED / "nginx", own / "nginx")
        shutil.copy(_DEPLOYED / "nginx.conf", own)
        listen = f"listen 127.0.0.1:{self.port} backlog=4096;\nset $reached_by $scheme;\n"
        (own / "nginx/listen.conf").write_text(listen)
        servers = [f"server 127.0.0.1:{port} max_fails=3 fail_timeout=2s;" for port in ports]
        (own / "nginx/upstream.conf").write_text("\n".join(servers))
        command = [program("nginx"), "-p", str(own), "-c", str(own / "nginx.conf")]
        command += ["-e", "stderr", "-g", "daemon off;"]
        super().__init__("nginx", command, directory / "nginx.log", dict(os.environ))

    def begin(self) -> None:
        self.start()
        until(lambda: listens(self.port), 20, "nginx listens")
