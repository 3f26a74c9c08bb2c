"""deploy/compose.yaml as it comes up: every command and setting of it, in its order, twice.

Replica set with key file and users, the upgrade, two portals behind nginx, worker, scheduler, Redis
and Celery's workers, without containers. The second time it is found as the first one left it; who
has no password is let in by no member.
"""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from billing import database
from drills.report import Report
from drills.world import seed
from drills.world.books import count_books
from drills.world.children import Child, listens, until
from drills.world.client import Client
from drills.world.composed import MEMBERS, PORTALS, Composed
from drills.world.events import unnumbered, wait_until_numbered
from drills.world.proxy import Proxy

EMAIL, PASSWORD = "admin@example.com", "correct horse battery"
DUE = 500
_BACKGROUND = ("worker", "scheduler", "celery")
_ENDED_WITHIN = 40.0


def drill(report: Report) -> None:
    """Up, used, down, and up again on the same data."""
    with tempfile.TemporaryDirectory(prefix="duebill-drill-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # nginx changes its user
        told = {"PUBLIC_URL": "http://drills.localhost"}
        composed = Composed(Path(name), {**told, "ADMIN_EMAIL": EMAIL, "ADMIN_PASSWORD": PASSWORD})
        for round_ in (1, 2):
            began = time.monotonic()
            with _up(composed, report) as client:
                report.figure(f"seconds until it serves, time {round_}", time.monotonic() - began)
                _use(composed, client, report, round_)


@contextmanager
def _up(composed: Composed, report: Report) -> Iterator[Client]:
    """Everything, in the order of `depends_on`; who speaks to it through nginx as the admin."""
    with ExitStack() as running:

        def start(*names: str) -> list[Child]:
            children = [composed.service(name) for name in names]
            running.callback(_end, children)
            for child in children:
                child.start()
            return children

        first = (*MEMBERS, "redis")
        start(*first)
        until(lambda: all(listens(composed.ports[name]) for name in first), 60, "they listen")
        for name in ("replica-set", "upgrade"):
            (job,) = start(name)
            report.true(f"{name} ends well", job.wait(150) == 0)
        start(*PORTALS, *_BACKGROUND)
        until(lambda: all(_is_ready(composed, name) for name in PORTALS), 60, "portals are ready")
        proxy = Proxy(composed.directory, [composed.ports[name] for name in PORTALS])
        running.callback(proxy.end, 5)
        proxy.begin()
        _connect(composed, running)
        yield _signed_in(proxy.port)


def _end(children: list[Child]) -> None:
    """All are told before any is waited for, as `docker compose down` does it."""
    for child in children:
        child.send(signal.SIGTERM)
    for child in children:
        child.end(_ENDED_WITHIN)


def _connect(composed: Composed, running: ExitStack) -> None:
    running.callback(database.disconnect)
    database.connect(composed.secret("mongodb_uri"))


def _is_ready(composed: Composed, portal: str) -> bool:
    return _asker(composed, portal).raw("GET", "/readyz", None).status == 200


def _asker(composed: Composed, portal: str) -> Client:
    return Client(f"http://127.0.0.1:{composed.ports[portal]}", "", 5)


def _signed_in(port: int) -> Client:
    address = f"http://127.0.0.1:{port}"
    who = {"email": EMAIL, "password": PASSWORD}
    return Client(
        address, Client(address, "", 30).post("/auth/login", who).body["access_token"], 30
    )


def _use(composed: Composed, client: Client, report: Report, round_: int) -> None:
    made = client.post("/customers", {"name": "Example GmbH", "email": "office@example.com"})
    report.true("a customer is created through nginx", made.status == 201)
    seed.subscriptions(DUE)
    run = composed.service("celery", "flask", "billing", "run", "--celery")
    run.start()
    report.true("a run by Celery's workers ends well", run.wait(120) == 0)
    invoices = database.database().invoices.count_documents(seed.BILLED)
    report.zero("not invoiced", round_ * DUE - invoices)
    wait_until_numbered(30)
    report.zero("events that the worker gave no number", unnumbered())
    _look_at_metrics(composed, report)
    report.true("nginx passes no metrics on", client.raw("GET", "/metrics", None).status == 404)
    report.some("members that let nobody in without a password", _guarded(composed), len(MEMBERS))
    count_books(report)


def _look_at_metrics(composed: Composed, report: Report) -> None:
    text = _asker(composed, PORTALS[0]).raw("GET", "/metrics", None).body.decode()
    followers = text.count("duebill_replica_up{")
    report.zero("followers that the portal does not see", len(MEMBERS) - 1 - followers)
    report.true("Redis answers the portal", "duebill_redis_up 1.0" in text)
    never = "duebill_scheduler_heartbeat_age_seconds +Inf"
    report.true("the scheduler looks at the clock", never not in text)
    report.true("nothing is outstanding", "duebill_migrations_outstanding 0.0" in text)


def _guarded(composed: Composed) -> int:
    """How many members refuse who has no password."""
    refused = 0
    for name in MEMBERS:
        with MongoClient[database.Row](
            "127.0.0.1", composed.ports[name], directConnection=True
        ) as nobody:
            try:
                nobody.duebill.customers.find_one()
            except OperationFailure:
                refused += 1
    return refused
