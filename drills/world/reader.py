"""Somebody who reads all the time, as whoever is not concerned by a drill's trouble does."""

import threading
import time
from collections import Counter

from drills.world.client import Client


class Reader:
    """Reads a list over and over within this context, with `rest` seconds between."""

    def __init__(self, client: Client, *, rest: float = 0.02) -> None:
        self._client, self._rest = client, rest
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def served(self) -> int:
        return self.outcomes["200"]

    @property
    def failed(self) -> int:
        return self.outcomes.total() - self.served

    def _read(self) -> None:
        while not self._done.wait(self._rest):
            began = time.monotonic()
            self.outcomes[self._client.get("/customers").outcome] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
