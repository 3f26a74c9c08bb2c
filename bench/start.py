"""How long starting takes, and what a web process weighs.

The portal as `make run` starts it, on an embedded MongoDB of its own whose data are there already.
A worker's start is taken from the death of the only one to the answer of the one after it.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.table import ROOT, Row
from billing.embedded import embedded_mongodb

ROUNDS = 5
READY_SECONDS, WORKER_SECONDS, WORKER_MIB = 3.0, 1.0, 150.0
_WARM = ("/login", "/healthz", "/api/v1/me", "/api/docs")
_TIMES = 25


def rows(_uri: str) -> list[Row]:
    """Every figure; MongoDB's own start on the same data stands beside the portal's."""
    with tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory:
        data = Path(directory)
        with _portal(data):
            pass  # the first start, which makes everything
        ready, alone = [], []
        for _ in range(ROUNDS):
            with _portal(data) as (_, _, seconds):
                ready.append(seconds)
            alone.append(_mongod(data))
        restarted, heaviest = _worker(data)
    print(f"  ready {median(ready):.2f} s, a worker {restarted:.2f} s, {heaviest:.0f} MiB")
    return [
        _row("second make run: ready", median(ready), "s", READY_SECONDS),
        Row("embedded MongoDB alone: ready", median(alone), "s"),
        _row("worker: started", restarted, "s", WORKER_SECONDS),
        _row("worker: resident", heaviest, "MiB", WORKER_MIB),
    ]


def _row(name: str, value: float, unit: str, most: float) -> Row:
    return Row(name, value, unit, None, most, is_at_most=True)


def _mongod(data: Path) -> float:
    began = time.perf_counter()
    with embedded_mongodb(data):
        return time.perf_counter() - began


def _worker(data: Path) -> tuple[float, float]:
    """The seconds that a worker's start takes, and the MiB of one that has answered pages."""
    times: list[float] = []
    with _portal(data, workers=1) as (process, address, _):
        for _ in range(ROUNDS):
            (worker,) = _workers(process.pid)
            os.kill(worker, signal.SIGKILL)
            began = time.perf_counter()
            _wait_for(f"{address}/healthz")
            times.append(time.perf_counter() - began)
        for path in _WARM * _TIMES:
            _ask(address + path)
        return median(times), max(resident(worker) for worker in _workers(process.pid))


@contextmanager
def _portal(data: Path, workers: int = 2) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    """The master's process, its address, and the seconds until it answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"}
    told = {"PORT": str(port), "DATA_DIR": str(data), "WEB_CONCURRENCY": str(workers)}
    command = [str(Path(sys.executable).with_name("gunicorn")), "-c", "portal/gunicorn_conf.py"]
    quiet = subprocess.DEVNULL
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, "wsgi:app"], cwd=ROOT, env=kept | told, stdout=quiet, stderr=quiet
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        yield process, f"http://127.0.0.1:{port}", time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(40)


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while not _ask(url):
        if time.monotonic() > until:
            raise SystemExit(f"Nobody answers at {url}.")
        time.sleep(0.01)


def _ask(url: str) -> bool:
    """Whether anything was answered, be it a refusal."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _workers(master: int) -> list[int]:
    """The web processes among a master's children; the other child is the background worker's."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return [pid for pid, line in lines.items() if b"gunicorn" in line]


def resident(pid: int) -> float:
    """A process' MiB, with what is shared with other processes counted in full."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Rss:"))
    return int(kilobytes) / 1024
