"""`flask clocks …`, as it is typed, in processes; one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from billing.database import Database, Row
from billing.runs.check import check_books
from billing.test_clocks.queries import get_clock
from tests.billing.test_clocks.test_advance import remind_nobody
from tests.factories import create_customer, create_plan, create_subscription, create_test_clock

PATIENCE = 60.0


class Terminal:
    """Starts `flask clocks` on the test's database."""

    def __init__(self, uri: str, directory: Path) -> None:
        self._environment = {**os.environ, "MONGODB_URI": uri, "DATA_DIR": str(directory)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "clocks", *arguments]
        return subprocess.Popen(
            command,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=PATIENCE)
        return process.returncode, output, errors


@pytest.fixture
def terminal(db: Database[Row], mongodb_uri: str, tmp_path: Path) -> Terminal:
    return Terminal(mongodb_uri, tmp_path)


@pytest.mark.slow
def test_a_clock_is_made_advanced_and_listed(terminal: Terminal, db: Database[Row]) -> None:
    remind_nobody(db)
    code, output, _ = terminal.run("create", "Ten years", "--now", "2026-01-31")
    clock_id = output.split()[0]
    assert (code, output) == (0, f"{clock_id}  2026-01-31T00:00:00.000Z  Ten years\n")
    create_subscription(customer=create_customer(test_clock_id=clock_id))
    lazy = create_customer(test_clock_id=clock_id)
    waiting = create_subscription(customer=lazy, start_date="2026-03-01")
    db.customers.update_one({"_id": lazy.id}, {"$set": {"status": "suspended"}})
    code, output, _ = terminal.run("advance", clock_id, "2027-01-31T09:30:00Z")
    assert code == 0
    assert output.splitlines() == [
        f"{clock_id}  2027-01-31T09:30:00.000Z  Ten years",
        "12 invoices, 0 reminders",
        f"  skipped {waiting.id}: The customer is suspended. (customer_suspended)",
    ]
    assert terminal.run("list")[1].split()[0] == clock_id
    code, _, errors = terminal.run("advance", clock_id, "2026-13-01")
    assert (code, "Error: to: must be" in errors) == (1, True)
    code, _, errors = terminal.run("advance", clock_id, "2026-12-01")
    assert (code, "only go forward" in errors) == (1, True)


@pytest.mark.slow
def test_killed_on_the_way_it_is_advanced_again(terminal: Terminal, db: Database[Row]) -> None:
    remind_nobody(db)
    clock_id = create_test_clock(now="2026-01-01").id
    daily = create_plan(billing_cycle="daily")
    create_subscription(customer=create_customer(test_clock_id=clock_id), plan=daily)
    for kill in range(1, 3):
        process = terminal.start("advance", clock_id, "2027-01-01")
        deadline = time.monotonic() + PATIENCE
        while db.invoices.count_documents({}) < 60 * kill:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert get_clock(clock_id).status == "advancing"
    assert db.invoices.count_documents({}) < 350
    assert terminal.run("advance", clock_id, "2027-01-01")[0] == 0
    assert db.invoices.count_documents({}) == 366
    assert len(db.invoices.distinct("period_start")) == 366
    assert all(row["issue_date"] == row["period_start"] for row in db.invoices.find())
    assert get_clock(clock_id).status == "ready"
    assert check_books() == []
