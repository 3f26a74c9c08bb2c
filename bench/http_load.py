"""The load: wrk where it is installed, else a generator of our own on asyncio streams."""

import asyncio
import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 64
_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Request:
    """What each connection asks for, over and over."""

    url: str
    token: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests per second, latency percentiles in milliseconds, errors."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int


def generator() -> str:
    """The name of what makes the load."""
    return "wrk" if shutil.which("wrk") else "the bundled generator"


def load(request: Request, seconds: float) -> Load:
    """Keep CONNECTIONS busy with `request` for some seconds."""
    if shutil.which("wrk"):
        return _wrk(request, seconds)
    return asyncio.run(_own(request, seconds))


def _wrk(request: Request, seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout=10s"]
    command += ["-s", str(_SCRIPT), request.url, "--", request.token, request.body]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    rate = found["requests"] / (found["microseconds"] / 1e6)
    return Load(rate, *(found[p] / 1000 for p in ("p50", "p95", "p99")), errors=found["errors"])


async def _own(request: Request, seconds: float) -> Load:
    """Slower than wrk, so it takes more from a machine that the server shares with it."""
    latencies: list[float] = []
    began = time.perf_counter()
    deadline = began + seconds
    clients = [_client(request, deadline, latencies) for _ in range(CONNECTIONS)]
    errors = sum(await asyncio.gather(*clients))
    took = time.perf_counter() - began
    latencies.sort()
    at = [latencies[min(len(latencies) - 1, len(latencies) * p // 100)] for p in (50, 95, 99)]
    return Load(len(latencies) / took, *(1000 * latency for latency in at), errors=errors)


async def _client(request: Request, deadline: float, latencies: list[float]) -> int:
    url, errors = urlsplit(request.url), 0
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    asked = _bytes(request)
    while time.perf_counter() < deadline:
        sent = time.perf_counter()
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - sent)
        errors += head[9:10] not in {b"2", b"3"}
    writer.close()
    return errors


def _bytes(request: Request) -> bytes:
    url = urlsplit(request.url)
    path = f"{url.path}?{url.query}" if url.query else url.path
    lines = [f"{'POST' if request.body else 'GET'} {path} HTTP/1.1", f"Host: {url.netloc}"]
    if request.token:
        lines.append(f"Authorization: Bearer {request.token}")
    if request.body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(request.body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + request.body).encode()
