"""One process that takes up the newest unfinished run and works until all is billed.

Started, and killed, by test_kill.py:
`python -m tests.billing.runs.billing_process URI DATE [PAUSE]`. It pauses so many seconds before
each batch, so that another has time to come between.
"""

from __future__ import annotations

import sys
from datetime import date
from time import sleep
from typing import Any

from billing import database
from billing.invoices.prepare_bills import prepare_bills
from billing.runs import chunk_work, chunks
from billing.runs.models import BillingRun
from billing.runs.run_billing import continue_run, start_run


def main(uri: str, as_of: date, pause: float) -> None:
    """Small chunks, batches and leases: a kill finds much undone and is soon forgotten."""
    chunks.CHUNK_SIZE, chunks.LEASE_SECONDS = 40, 2

    def prepare(*args: Any) -> Any:
        sleep(pause)
        return prepare_bills(*args, budget=25)

    chunk_work.prepare_bills = prepare  # type: ignore[attr-defined]
    database.connect(uri)
    unfinished = BillingRun.objects(status__ne="completed").order_by("-id").first()
    run = unfinished or start_run(as_of)
    while run.status != "completed":
        run = continue_run(run.id)


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]), float([*sys.argv, "0"][3]))
