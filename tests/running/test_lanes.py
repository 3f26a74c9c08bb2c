"""A web process says how it is doing while all its threads are busy, and says so truly."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.nginx_server import NginxServer
from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
THREADS = 2
GET = b"GET /healthz HTTP/1.1\r\nHost: probes\r\n"
WORK = b"GET /work/%d HTTP/1.1\r\nHost: probes\r\n\r\n"

# The portal's worker before an application whose work ends when it is told.
CONFIGURATION = """
import time
from pathlib import Path
from flask import Flask
from portal import health, lanes
from portal.door import refuse_when_told_to_end
from portal.worker import Worker
bind, threads, worker_class, keepalive = "127.0.0.1:{port}", {threads}, Worker, 30
control_socket_disable, when_ready = True, refuse_when_told_to_end
lanes.STILL_SECONDS = {still}
app = Flask("busy")
app.register_blueprint(health.blueprint)
@app.get("/work/<n>")
def work(n):
    (Path("{directory}") / f"begun-{{n}}-{{time.monotonic_ns()}}").touch()
    while not Path(f"{directory}/done-{{n}}").exists():
        time.sleep(0.01)
    return "done"
@app.get("/quick")
def quick():
    return "quick"
"""


class Server:
    """A gunicorn of one process with two threads; within this context, after which it ends well."""

    def __init__(self, directory: Path, still: float = 120) -> None:
        self.directory, self.port, self.times_busy = directory, free_port(), 0
        filled = CONFIGURATION.format(
            port=self.port, threads=THREADS, still=still, directory=directory
        )
        (directory / "conf.py").write_text(filled)
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{directory}"}
        command = [sys.executable, "-m", "gunicorn", "-c", str(directory / "conf.py"), "conf:app"]
        self.process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Server:
        wait_until(self.listens, 60)
        return self

    def __exit__(self, *_: object) -> None:
        self.end_work()
        self.process.send_signal(signal.SIGTERM)
        told = self.process.communicate(timeout=60)[1]
        assert "Traceback" not in told
        assert self.process.returncode == 0

    def ask(self, path: str, method: str = "GET", port: int = 0) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def says(self) -> str:
        """What it says of itself."""
        told = json.loads(self.ask("/healthz")[1])
        return str(told.get("code") or told["status"])

    def say(self, text: bytes) -> socket.socket:
        """A connection on which this was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(text)
        return connection

    @property
    def work(self) -> bytes:
        """Work that goes on until the next `busy` is over, or this one within it."""
        return WORK % self.times_busy

    def end_work(self) -> None:
        """That of this time, also where it begins later."""
        (self.directory / f"done-{self.times_busy}").touch()
        self.times_busy += 1

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Both threads are held, and one more request waits for them."""
        begun = f"begun-{self.times_busy}-*"
        with ExitStack() as held:
            working = [held.enter_context(self.say(self.work)) for _ in range(THREADS + 1)]
            wait_until(lambda: len(list(self.directory.glob(begun))) == THREADS, 60)
            yield
            self.end_work()
            for connection in working:
                assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as found:
        yield found


def test_it_lives_while_all_threads_are_held(server: Server) -> None:
    with server.busy():
        assert server.ask("/healthz") == (200, b'{"status": "alive"}')
        assert server.ask("/healthz", "HEAD") == (200, b"")


def test_a_kept_connection_is_answered_as_soon(server: Server) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for path in ("/quick", "/healthz"):
        kept.request("GET", path)
        assert kept.getresponse().read()
    sock = kept.sock
    with server.busy():
        for _ in range(3):
            kept.request("GET", "/healthz")
            assert json.loads(kept.getresponse().read()) == {"status": "alive"}
        assert kept.sock is sock
    kept.close()


def test_behind_nginx_too(server: Server, tmp_path: Path) -> None:
    nginx = NginxServer(tmp_path, [f"127.0.0.1:{server.port}"])
    nginx.start()
    try:
        server.ask("/quick", port=nginx.port)  # on a connection that nginx keeps
        with server.busy():
            for _ in range(3):
                assert server.ask("/healthz", port=nginx.port)[0] == 200
    finally:
        nginx.stop()


@pytest.mark.parametrize(
    "text",
    [
        GET,
        GET + b"Content-Length: 5\r\n\r\n",
        GET + b"Transfer-Encoding: chunked\r\n\r\n",
        GET + b"\r\n" + WORK % 0,
        GET + b"\r\n" + GET,
        b"GET /healthzz HTTP/1.1\r\nHost: probes\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: probes\r\n\r\n",
    ],
)
def test_only_a_whole_question_and_nothing_else_is_answered_apart(
    server: Server, text: bytes
) -> None:
    with server.busy(), server.say(text) as other:
        assert server.says() == "alive", "what is no such question does not hold its thread"
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):
            other.recv(1)


def test_what_was_read_ahead_is_not_taken_for_what_comes_after_it(server: Server) -> None:
    """gunicorn reads 8 KiB at once: here a refused upload and work, and not yet the question."""
    upload = b"POST /quick HTTP/1.1\r\nHost: probes\r\nContent-Length: 7000\r\n\r\n" + bytes(7000)
    padding = b"X" * (8192 - len(upload) - len(server.work) - len(b"X: \r\n"))
    work = server.work[:-2] + b"X: " + padding + b"\r\n\r\n"
    with server.say(upload + work + GET + b"\r\n") as sly, server.busy():
        assert b"405" in sly.recv(1000)
        assert server.says() == "alive"


def test_who_says_nothing_holds_no_thread(server: Server) -> None:
    with ExitStack() as silent:
        for _ in range(THREADS + 1):
            silent.enter_context(server.say(b""))
        assert server.ask("/quick") == (200, b"quick")


def test_nobody_waits_for_a_client_that_does_not_close(server: Server) -> None:
    closing = b"GET /quick HTTP/1.1\r\nHost: probes\r\nConnection: close\r\n\r\n"
    with ExitStack() as open_:
        lazy = [open_.enter_context(server.say(closing)) for _ in range(3)]
        for connection in lazy:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
        assert server.ask("/quick") == (200, b"quick")


def test_when_nothing_gets_done_any_more_it_does_not_say_that_it_lives(tmp_path: Path) -> None:
    with Server(tmp_path, still=0.3) as stuck:
        with stuck.busy():
            wait_until(lambda: stuck.says() == "stands_still", 60)
            assert stuck.ask("/healthz")[0] == 503
        wait_until(lambda: stuck.says() == "alive", 60)  # it works again
        worker = Path(f"/proc/{stuck.process.pid}/task/{stuck.process.pid}/children").read_text()
        os.kill(int(worker), signal.SIGSTOP)
        wait_until(lambda: "State:\tT" in Path(f"/proc/{int(worker)}/status").read_text())
        with stuck.say(GET + b"\r\n") as asked:
            asked.settimeout(0.3)
            with pytest.raises(TimeoutError):
                asked.recv(1)
            os.kill(int(worker), signal.SIGCONT)


def test_told_to_end_it_lives_until_its_work_is_done(tmp_path: Path) -> None:
    with Server(tmp_path) as ending:
        kept = http.client.HTTPConnection("127.0.0.1", ending.port, timeout=30)
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        with ending.busy():
            ending.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not ending.listens(), 60)
            kept.request("GET", "/healthz")
            assert json.loads(kept.getresponse().read()) == {"status": "alive"}
            kept.close()
