"""A Celery worker with short leases: one that is killed is soon forgotten.

Started, and killed, by test_celery.py: `python -m tests.billing.runs.celery_process`.
"""

from __future__ import annotations

import sys
from functools import partial

from billing.invoices.prepare_bills import prepare_bills
from billing.runs import chunk_work, chunks
from portal import celery_worker

if __name__ == "__main__":
    chunks.LEASE_SECONDS = 2
    chunk_work.prepare_bills = partial(prepare_bills, budget=5)  # type: ignore[attr-defined]
    sys.exit(celery_worker.main(["--concurrency", "1"]))
