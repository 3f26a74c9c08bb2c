"""The load: wrk where it is installed, else a generator of our own on asyncio streams.

Both play a deck: each connection draws a request at random, waits for the answer, thinks if users
are to think, and draws again.
"""

import asyncio
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 64
_SCRIPT = Path(__file__).with_name("wrk.lua")
_KEYS = count(time.time_ns())


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a `is_keyed` one gets an Idempotency-Key of its own each time."""

    url: str
    token: str = ""
    body: str = ""
    is_keyed: bool = False

    def text(self) -> str:
        """The request as it goes over the wire, without the key."""
        url = urlsplit(self.url)
        path = f"{url.path}?{url.query}" if url.query else url.path
        lines = [f"{'POST' if self.body else 'GET'} {path} HTTP/1.1", f"Host: {url.netloc}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join(lines) + "\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: requests per second, latency percentiles in milliseconds, errors."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int


Deck = Sequence[Request]


def generator() -> str:
    """The name of what makes the load."""
    return "wrk" if shutil.which("wrk") else "the bundled generator"


def load(deck: Deck, seconds: float, *, connections: int = CONNECTIONS, think: float = 0.0) -> Load:
    """Keep so many connections busy with what is in the deck, which all goes to one server; with
    `think`, each is a user who thinks for about so many seconds between requests."""
    if shutil.which("wrk"):
        return _wrk(deck, seconds, connections, think)
    return asyncio.run(_own(deck, seconds, connections, think))


def _wrk(deck: Deck, seconds: float, connections: int, think: float) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as written:
        written.write(_as_lua(deck))
        written.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout=10s", "-s", str(_SCRIPT), deck[0].url, "--", written.name]
        command.append(str(round(think * 1000)))
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    rate = found["requests"] / (found["microseconds"] / 1e6)
    return Load(rate, *(found[p] / 1000 for p in ("p50", "p95", "p99")), errors=found["errors"])


def _as_lua(deck: Deck) -> str:
    """JSON of ASCII without a slash before it is text of Lua too."""
    cards = (f"{{{json.dumps(card.text())}, {str(card.is_keyed).lower()}}}" for card in deck)
    return f"return {{{', '.join(cards)}}}"


async def _own(deck: Deck, seconds: float, connections: int, think: float) -> Load:
    """Slower than wrk, so it takes more from a machine that the server shares with it."""
    latencies: list[float] = []
    began = time.perf_counter()
    deadline = began + seconds
    clients = [_client(deck, deadline, think, latencies) for _ in range(connections)]
    errors = sum(await asyncio.gather(*clients))
    took = time.perf_counter() - began
    latencies.sort()
    at = [latencies[min(len(latencies) - 1, len(latencies) * p // 100)] for p in (50, 95, 99)]
    return Load(len(latencies) / took, *(1000 * latency for latency in at), errors=errors)


async def _client(deck: Deck, deadline: float, think: float, latencies: list[float]) -> int:
    url, errors, chance = urlsplit(deck[0].url), 0, random.Random()
    await asyncio.sleep(think * chance.random())
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    while time.perf_counter() < deadline:
        asked = _keyed(chance.choice(deck))
        sent = time.perf_counter()
        writer.write(asked)
        errors += not await _is_answered_well(reader)
        latencies.append(time.perf_counter() - sent)
        if think:
            await asyncio.sleep(think * (0.5 + chance.random()))
    writer.close()
    return errors


def _keyed(card: Request) -> bytes:
    text = card.text()
    if card.is_keyed:
        text = text.replace("\r\n\r\n", f"\r\nIdempotency-Key: own-{next(_KEYS)}\r\n\r\n", 1)
    return text.encode()


async def _is_answered_well(reader: asyncio.StreamReader) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return head[9:10] in {b"2", b"3"}
