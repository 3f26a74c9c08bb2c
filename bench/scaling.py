"""Whether more machines give more: portals, and Celery's workers of a billing run.

Each machine has a share of a core and no more. MongoDB, Redis and the load have what they need, so
that they are not what is short.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from redis import Redis
from redis.exceptions import ConnectionError as RedisIsAway

from bench.due import DUE, apart, connect, fill
from bench.http_load import Deck, load
from bench.http_seed import seed
from bench.http_servers import JWT_SECRET, PORTAL, PUBLIC_URL, SECRET_KEY, free_port, served
from bench.machines import NoMachines, inside, limit, machine
from bench.mix import deck
from bench.table import ROOT, Row
from billing import database
from billing.run_queue.carry_out import continue_by_celery
from billing.runs.check import check_books
from billing.runs.run_billing import start_run
from billing.users.tokens import Tokens

MACHINES = (1, 2, 4)
ROUNDS = 3
SECONDS = 6
CONNECTIONS = 16
"""With each portal."""
CUSTOMERS = 10_000
DUE_COUNT = 12_000
_PORTAL_CORES, _WORKER_CORES = 0.2, 0.1


def rows(uri: str) -> list[Row]:
    """Every figure, on databases of their own at this server; none where no machines can be had."""
    try:
        found = _portals(uri)
    except NoMachines as error:
        print(f"  {error}", flush=True)
        return []
    return found + (_runs(uri) if shutil.which("redis-server") else [])


def _portals(uri: str) -> list[Row]:
    connect(uri, "bench_scaling")
    user, ids = seed(CUSTOMERS)
    token = Tokens(JWT_SECRET, PUBLIC_URL).issue(user).access_token
    here = uri.replace("/duebill?", "/bench_scaling?")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duebill-bench-")))
        stack.callback(database.disconnect)
        stack.callback(database.database().client.drop_database, "bench_scaling")
        decks: list[Deck] = []
        for n in range(max(MACHINES)):
            with inside(group := stack.enter_context(machine(f"portal-{n}"))):
                base = stack.enter_context(served(PORTAL, here, directory / f"{n}", "/healthz"))
            limit(group, _PORTAL_CORES)
            decks.append(deck(f"{base}/api/v1", [token], ids, is_keyed=True))
        _all_at_once(decks)  # warm
        rounds = [[_all_at_once(decks[:n]) for n in MACHINES] for _ in range(ROUNDS)]
    return _table("mix", "requests/s", [median(rates) for rates in zip(*rounds, strict=True)])


def _all_at_once(decks: list[Deck]) -> float:
    """What they all answer together in a second."""
    with ThreadPoolExecutor(len(decks)) as pool:
        loads = list(pool.map(partial(load, seconds=SECONDS, connections=CONNECTIONS), decks))
    assert not sum(one.errors for one in loads), loads
    return sum(one.rate for one in loads)


def _runs(uri: str) -> list[Row]:
    rates = [apart(_run, uri, n) for n in MACHINES]
    return _table("billing run by Celery", "invoices/s", rates)


def _run(uri: str, machines: int) -> float:
    """Invoices per second, of a run that so many machines carry, with one process each."""
    connect(uri, "bench_scaling")
    fill(DUE_COUNT)
    with (
        tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory,
        _workers(uri, Path(directory), machines) as redis_url,
    ):
        run = start_run(DUE)
        began = time.perf_counter()
        ended = continue_by_celery(run.id, redis_url)
        rate = ended.invoiced / (time.perf_counter() - began)
    assert ended.invoiced == DUE_COUNT, ended.invoiced
    assert check_books() == []
    database.database().client.drop_database("bench_scaling")
    database.disconnect()
    return rate


@contextmanager
def _workers(uri: str, directory: Path, machines: int) -> Iterator[str]:
    """The address of the Redis at which they wait."""
    port = free_port()
    redis_url = f"redis://127.0.0.1:{port}/0"
    told = {
        "MONGODB_URI": uri.replace("/duebill?", "/bench_scaling?"),
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "JWT_SECRET": JWT_SECRET,
        "LOG_LEVEL": "error",
    }
    with ExitStack() as stack:
        options = [
            "--port",
            str(port),
            "--save",
            "",
            "--dir",
            str(directory),
            "--loglevel",
            "warning",
        ]
        stack.enter_context(_running(["redis-server", *options], {}))
        command = [sys.executable, "-m", "flask", "billing", "celery-worker", "--concurrency=1"]
        groups = [stack.enter_context(machine(f"worker-{n}")) for n in range(machines)]
        for n, group in enumerate(groups):
            with inside(group):
                own = {**told, "DATA_DIR": str(directory / f"{n}")}
                stack.enter_context(_running(command, own))
        _await_workers(redis_url, machines)
        for group in groups:
            limit(group, _WORKER_CORES)
        yield redis_url


@contextmanager
def _running(command: list[str], told: dict[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **told}, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _await_workers(redis_url: str, machines: int) -> None:
    """Each waits for messages by a blocking command."""
    redis = Redis.from_url(redis_url)
    for _ in range(1200):
        try:
            waiting = [client for client in redis.client_list() if client["cmd"] == "brpop"]
        except RedisIsAway:
            waiting = []
        if len(waiting) >= machines:
            return
        time.sleep(0.1)
    raise SystemExit("Celery's workers do not come.")


def _table(what: str, unit: str, rates: list[float]) -> list[Row]:
    named = {f"machines: {n}, {what}": rate for n, rate in zip(MACHINES, rates, strict=True)}
    for name, rate in named.items():
        print(f"  {name}: {rate:,.0f} {unit}", flush=True)
    many = Row(
        f"machines: {MACHINES[-1]} for 1, {what}", rates[-1] / rates[0], "times as many", target=3.0
    )
    return [*(Row(name, rate, unit) for name, rate in named.items()), many]
