"""SIGTERM: the batch in hand is finished, nothing is held, and the next one goes on at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from billing.database import Database, Row
from billing.runs.check import check_books
from billing.runs.queries import get_run, run_status
from billing.runs.run_billing import continue_run, resume_run, start_run
from tests.billing.runs.books import many_subscriptions

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_told_to_end_gives_back_what_it_holds(
    db: Database[Row], mongodb_uri: str, workers: int
) -> None:
    many_subscriptions(db, 2400, last_start=date(2026, 6, 1))
    run = start_run(date(2026, 6, 1))
    program = (
        "import sys; from billing import database; database.connect(sys.argv[1]);"
        "from billing.runs.ending import end_on_sigterm; end_on_sigterm();"
        "from billing.runs.run_billing import continue_run;"
        f"continue_run(sys.argv[2], workers={workers})"
    )
    command = [sys.executable, "-c", program, mongodb_uri, run.id]
    process = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"]})
    until = time.monotonic() + 60
    while not db.invoices.find_one({}) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert db.run_chunks.count_documents({"worker": {"$exists": True}}) == 0
    found = get_run(run.id)
    if found.status != "completed":  # it may have been in the last chunk
        assert run_status(found.row()) == "interrupted"
        resume_run(run.id)
        continue_run(run.id)
    assert get_run(run.id).status == "completed"
    assert check_books() == []
