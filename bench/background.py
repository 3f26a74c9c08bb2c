"""How long `flask worker` takes to start, and what it weighs once it has mailed invoices as PDF.

From the command until it gives its first sign of life; each start is of a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from bench import mail, papers
from bench.beside import listening
from bench.start import WORKER_MIB, WORKER_SECONDS, resident
from bench.table import ROOT, Row
from billing import database
from billing.mail.outbox import mail_row
from billing.workers.models import COLLECTION

DATABASE = "bench_background"
ROUNDS = 7
MAILS = 700


def rows(uri: str) -> list[Row]:
    """Both figures, on a database of its own at this server."""
    mail._connect(uri := uri.replace("/duebill?", f"/{DATABASE}?"))
    with listening(mail._serve) as port, tempfile.TemporaryDirectory() as data_dir:
        told = _told(uri, port, data_dir)
        times = [_start(told) for _ in range(ROUNDS)]
        weight = _weight(told)
    database.database().client.drop_database(DATABASE)
    database.disconnect()
    return [
        Row(
            "worker in the background: started",
            median(times),
            "s",
            None,
            WORKER_SECONDS,
            is_at_most=True,
        ),
        Row("worker in the background: resident", weight, "MiB", None, WORKER_MIB, is_at_most=True),
    ]


def _told(uri: str, port: int, data_dir: str) -> dict[str, str]:
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    own = {"MONGODB_URI": uri, "DATA_DIR": data_dir, "SECRET_KEY": mail.SECRET}
    return {"PATH": os.environ["PATH"], "MAIL_FROM": mail.SENDER, **server, **own}


def _start(told: dict[str, str]) -> float:
    """Seconds."""
    database.database()[COLLECTION].delete_many({})
    began = time.perf_counter()
    with _worker(told):
        _wait(lambda: database.database()[COLLECTION].find_one({}) is not None)
        return time.perf_counter() - began


def _weight(told: dict[str, str]) -> float:
    """MiB."""
    document = [{"document": ["invoice", id_]} for id_ in papers._fill(MAILS)]
    facts = {"number": "INV-1", "amount": [150_000, "USD"], "due_date": "2026-12-01"}
    kept = [mail_row("invoice", to="a@example.com", language="en", facts=facts) for _ in document]
    mails = database.database().mails
    mails.insert_many([row | more for row, more in zip(kept, document, strict=True)])
    with _worker(told) as process:
        _wait(lambda: mails.count_documents({"status": "sent"}) == MAILS)
        return resident(process.pid)


@contextmanager
def _worker(told: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flask", "worker"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit("The worker does not do it.")
        time.sleep(0.005)
