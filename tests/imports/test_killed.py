"""An import that is killed leaves whole batches, and goes on when begun again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from billing.database import Database, Row
from billing.imports.import_subscribers import BATCH, import_subscribers
from billing.transactions import in_transaction
from tests.imports.files import GOOD, small_mapping, write_csv

ROWS = 4000
IMPORT = """
import sys
from pathlib import Path
from billing import database
from billing.imports.import_subscribers import import_subscribers
from billing.imports.load_mapping import load_mapping
database.connect(sys.argv[1])
import_subscribers(Path(sys.argv[2]), load_mapping(sys.argv[3]))
"""


def counted(db: Database[Row]) -> tuple[int, int]:
    """Customers and subscriptions at one and the same moment."""
    return db.customers.count_documents({}), db.subscriptions.count_documents({})


def test_killed_and_begun_again(db: Database[Row], tmp_path: Path, mongodb_uri: str) -> None:
    lines = [GOOD.replace("7", f"K{n}", 1) for n in range(ROWS)]
    path, mapping = write_csv(tmp_path, *lines), small_mapping(tmp_path)
    arguments = [mongodb_uri, str(path), str(tmp_path / "mapping.toml")]
    process = subprocess.Popen([sys.executable, "-c", IMPORT, *arguments])
    while not db.customers.find_one():
        assert process.poll() is None, "the import ended before it could be killed"
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    there, subscribed = in_transaction(lambda: counted(db))
    assert 0 < there < ROWS
    assert there % BATCH == 0
    assert subscribed == there

    report = import_subscribers(path, mapping)
    assert (report.new + report.already_there, report.bad) == (ROWS, 0)
    assert report.already_there >= there  # a commit under way at the kill may still have come in
    assert db.customers.count_documents({}) == ROWS
    assert len(db.subscriptions.distinct("customer_id")) == ROWS
    for type_ in ("customer.created", "subscription.created"):
        assert db.events.count_documents({"type": type_}) == ROWS
    assert db.plans.count_documents({}) == 2
