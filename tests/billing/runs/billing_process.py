"""One process that takes up the newest unfinished run and works until all is billed.

Started by test_kill.py, which kills it: `python -m tests.billing.runs.billing_process URI DATE`.
"""

from __future__ import annotations

import sys
from datetime import date

from billing import database
from billing.invoices import prepare_bills
from billing.runs import chunks, work
from billing.runs.models import BillingRun
from billing.runs.run_billing import continue_run, start_run


def main(uri: str, as_of: date) -> None:
    """Small chunks and short leases, so that a kill finds much undone and is soon forgotten."""
    chunks.CHUNK_SIZE, chunks.LEASE_SECONDS = 40, 2
    prepare_bills.BUDGET = 25  # type: ignore[attr-defined]
    database.connect(uri)
    open_run = BillingRun.objects(status__ne="completed").order_by("-id").first()
    while True:
        run = continue_run((open_run or start_run(as_of)).id)
        if run.status == "completed":
            return
        open_run = run


if __name__ == "__main__":
    assert work
    main(sys.argv[1], date.fromisoformat(sys.argv[2]))
