"""One process that takes up the newest unfinished run and works until all is billed.

Started, and killed, by test_kill.py: `python -m tests.billing.runs.billing_process URI DATE`.
"""

from __future__ import annotations

import sys
from datetime import date
from functools import partial

from billing import database
from billing.invoices.prepare_bills import prepare_bills
from billing.runs import chunk_work, chunks
from billing.runs.models import BillingRun
from billing.runs.run_billing import continue_run, start_run


def main(uri: str, as_of: date) -> None:
    """Small chunks, batches and leases: a kill finds much undone and is soon forgotten."""
    chunks.CHUNK_SIZE, chunks.LEASE_SECONDS = 40, 2
    chunk_work.prepare_bills = partial(prepare_bills, budget=25)  # type: ignore[attr-defined]
    database.connect(uri)
    unfinished = BillingRun.objects(status__ne="completed").order_by("-id").first()
    run = unfinished or start_run(as_of)
    while run.status != "completed":
        run = continue_run(run.id)


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]))
