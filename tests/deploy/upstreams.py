"""Two servers in the places of portals, which tell what reached them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Upstream(ThreadingHTTPServer):
    """Answers with the request as it came; dies over requests while `dies` is set, and keeps no
    connection while `hangs_up` is."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.address = f"127.0.0.1:{self.server_port}"
        self.heard: list[str] = []
        self.dies = self.hangs_up = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append(f"{self.command} {self.path}")
        if self.server.dies:
            self.close_connection = True
            return
        told = {"headers": dict(self.headers), "body": body.decode(), "filler": "x" * 2000}
        self._send(json.dumps(told).encode())

    def _send(self, text: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("ETag", '"3"')
        if self.server.hangs_up:
            self.send_header("Connection", "close")
        page = "/page" in self.path
        self.send_header("Content-Type", "text/html" if page else "application/json")
        kept = "public, max-age=31536000, immutable" if "v=" in self.path else "no-cache"
        self.send_header("Cache-Control", kept)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 -- names of the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- likewise
        """Say nothing."""


@contextmanager
def upstreams(*ports: int) -> Iterator[list[Upstream]]:
    """Servers that run for the length of this context: two, unless their ports are told."""
    servers = [Upstream(port) for port in ports or (0, 0)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield servers
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
