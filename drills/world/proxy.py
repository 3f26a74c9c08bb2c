"""nginx before the portals."""

import os
from collections.abc import Sequence
from pathlib import Path

from drills.world.children import Child, free_port, listens, until
from drills.world.servers import program

_CONFIG = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
error_log stderr warn;
pid {directory}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    client_header_timeout 5s;
    client_body_timeout 5s;
    client_max_body_size 1100k;
    upstream portals {{
        {servers}
        keepalive 32;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://portals;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_connect_timeout 1s;
            proxy_next_upstream error timeout non_idempotent;
            proxy_next_upstream_tries 2;
        }}
    }}
}}
"""


class Proxy(Child):
    """A running nginx on a port of its own, before portals on these ports."""

    def __init__(self, directory: Path, ports: Sequence[int]) -> None:
        self.port = free_port()
        own = directory / "nginx"
        own.mkdir()
        own.chmod(0o755)
        servers = "\n        ".join(
            f"server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in ports
        )
        config = own / "nginx.conf"
        config.write_text(_CONFIG.format(directory=own, servers=servers, port=self.port))
        command = [program("nginx"), "-e", "stderr", "-p", str(own), "-c", str(config)]
        super().__init__("nginx", command, directory / "nginx.log", dict(os.environ))

    def begin(self) -> None:
        self.start()
        until(lambda: listens(self.port), 20, "nginx listens")
