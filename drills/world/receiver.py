"""A receiver of webhooks that keeps what it gets, in order."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from drills.world.children import free_port


class Receiver:
    """Answers 200, or 500 to what `refuses` says so of. Stopped, nobody listens at its address."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        self.got: list[dict[str, Any]] = []
        self.poison: str | None = None
        """The id of an object of which every event is answered 500."""
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                if receiver._server is not self.server:  # stopped: nobody is at home here either
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(json.loads(body)["data"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Not a word."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()

    def take(self, event: dict[str, Any]) -> int:
        """The status that an event is answered with."""
        if event["object_id"] == self.poison:
            return 500
        self.got.append(event)
        return 200
