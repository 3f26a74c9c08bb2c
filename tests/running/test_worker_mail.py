"""`flask worker` and mail: a real process, a real server, and kill -9 at the worst moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pymongo.database import Database

from billing.database import Row
from billing.invoices.send_invoice import send_invoice
from billing.server_clock import ServerClock
from billing.workers.heartbeats import workers_alive
from tests.billing.letters.mail_server import MailServer, serving
from tests.factories import create_invoice
from tests.running.test_worker import ROOT, SECRET_KEY, resident
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@contextmanager
def worker(uri: str, data_dir: Path, server: MailServer) -> Iterator[subprocess.Popen[str]]:
    """A worker that knows the server, and is ended whatever happens."""
    told = {
        "PATH": os.environ["PATH"],
        "MONGODB_URI": uri,
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": SECRET_KEY,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "billing@example.com",
    }
    command = [sys.executable, "-m", "flask", "worker"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def statuses(db: Database[Row]) -> list[str]:
    return [row["status"] for row in db.mails.find()]


def test_a_killed_worker_leaves_its_mail_to_the_next_one(
    db: Database[Row], mongodb_uri: str, tmp_path: Path
) -> None:
    send_invoice(create_invoice().id)
    with serving(MailServer()) as server:
        server.hold_seconds = 60
        with worker(mongodb_uri, tmp_path, server) as first:
            wait_until(lambda: len(server.mails) == 1, 90)
            assert resident(first.pid) < 150, "the PDF included"
            first.send_signal(signal.SIGKILL)
            first.wait(30)
        assert statuses(db) == ["waiting"], "the server has it, and nobody wrote that down"
        server.hold_seconds = 0
        db.mails.update_many({}, {"$set": {"due_at": ServerClock().now()}})  # as if time passed
        with worker(mongodb_uri, tmp_path, server):
            wait_until(lambda: statuses(db) == ["sent"], 90)
    once, again = server.mails
    assert once["Message-ID"] == again["Message-ID"]
    assert [once[name] for name in ("Date", "Subject")] == [again[n] for n in ("Date", "Subject")]
    assert [part.get_content_type() for part in again.iter_attachments()] == ["application/pdf"]


def test_a_worker_that_is_asked_to_end_finishes_its_mail(
    db: Database[Row], mongodb_uri: str, tmp_path: Path
) -> None:
    send_invoice(create_invoice().id)
    with serving(MailServer()) as server:
        server.hold_seconds = 2
        with worker(mongodb_uri, tmp_path, server) as process:
            wait_until(lambda: len(server.mails) == 1, 90)
            process.terminate()
            assert process.wait(60) == 0
    assert statuses(db) == ["sent"]
    assert workers_alive() == []
