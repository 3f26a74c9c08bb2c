"""The portal in this process, asked one request at a time: what the server itself takes."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles

from flask import Flask

from bench.http_servers import JWT_SECRET, PUBLIC_URL
from billing import database, indexes
from billing.settings import Settings
from portal.app import create_app


@contextmanager
def portal_on(uri: str, name: str) -> Iterator[Flask]:
    """The portal on an empty database of that name, gone afterwards."""
    uri = uri.replace("/duebill?", f"/{name}?")
    with tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory:
        environment = {
            "DATA_DIR": directory,
            "SECRET_KEY": JWT_SECRET,
            "JWT_SECRET": JWT_SECRET,
            "PUBLIC_URL": PUBLIC_URL,
            "MONGODB_URI": uri,
            "API_RATE_LIMIT": "10000000",
            "LOG_LEVEL": "error",
        }
        app = create_app(Settings.load(environment))
        database.database().client.drop_database(name)
        indexes.ensure_indexes()
        try:
            yield app
        finally:
            database.database().client.drop_database(name)
            database.disconnect()


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """How long each of so many takes; the first, which wakes what is lazy, is left out."""
    found = []
    for _ in range(times + 1):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found[1:]


def percentiles(times: list[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th."""
    found = quantiles(times, n=100, method="inclusive")
    return found[49], found[94], found[98]
