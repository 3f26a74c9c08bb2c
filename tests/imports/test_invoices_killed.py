"""An import of invoices that is killed leaves whole batches, and goes on when begun again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from billing.database import Database, Row
from billing.imports.import_invoices import BATCH, import_invoices
from billing.imports.reconcile_invoices import reconcile_invoices
from billing.runs.check import check_books
from billing.transactions import in_transaction
from tests.imports.past_files import GOOD, past_mapping, write_past

DOCUMENTS = 3000
IMPORT = """
import sys
from pathlib import Path
from billing import database
from billing.imports.import_invoices import import_invoices
from billing.imports.load_mapping import load_invoices_mapping
database.connect(sys.argv[1])
import_invoices(Path(sys.argv[2]), load_invoices_mapping(sys.argv[3]))
"""


def counted(db: Database[Row]) -> int:
    """Documents at one and the same moment."""
    return db.invoices.count_documents({}) + db.credit_notes.count_documents({})


def test_killed_and_begun_again(db: Database[Row], tmp_path: Path, mongodb_uri: str) -> None:
    lines = [
        GOOD.replace("1001", f"{'C' * (n % 7 == 0)}{n}")
        .replace("7.0", f"{n % 90}.0")
        .replace(",3,", ",-3," if n % 7 == 0 else ",3,")
        for n in range(DOCUMENTS)
    ]
    path, mapping = write_past(tmp_path, *lines), past_mapping(tmp_path)
    arguments = [mongodb_uri, str(path), str(tmp_path / "past.toml")]
    process = subprocess.Popen([sys.executable, "-c", IMPORT, *arguments])
    while not db.invoices.find_one():
        assert process.poll() is None, "the import ended before it could be killed"
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    there = in_transaction(lambda: counted(db))
    assert 0 < there < DOCUMENTS
    assert there % BATCH == 0

    report = import_invoices(path, mapping)
    assert (report.new + report.already_there, report.bad) == (DOCUMENTS, 0)
    assert report.already_there >= there
    assert db.customers.count_documents({}) == 90
    assert reconcile_invoices(path, mapping).agrees
    assert check_books() == []
