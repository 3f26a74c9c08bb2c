"""Reminding everyone whose invoice is overdue, retrying their payment, and ending it.

Each step is a transaction of its own that happens once: killing this at any moment and running it
again, or running two at once, ends in the same books as one undisturbed run.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from billing.customers.queries import clock_customers
from billing.database import Row
from billing.dunning.due import due_reminders
from billing.dunning.take_step import take_step
from billing.errors import BillingError
from billing.payments.charge import ask_provider
from billing.payments.settle_pending import settle_pending

log = logging.getLogger(__name__)

_MOST_STEPS = 20


@dataclass(slots=True)
class Dunned:
    """What a run came to, in invoices; `skipped` are rows {invoice_id, code, message}."""

    reminded: int = 0
    charged: int = 0
    recovered: int = 0
    ended: int = 0
    skipped: list[Row] = field(default_factory=list)


def run_dunning(
    as_of: date | None = None,
    test_clock_id: str | None = None,
    on_progress: Callable[[Dunned], None] | None = None,
) -> Dunned:
    """Take every step that is due by `as_of`, or by each customer's own today.

    Attempts that were cut off before are settled first. Of a test clock, which must stand at the
    moment that counts, only its own customers are reminded; else only those on none.
    """
    if test_clock_id:
        settle_pending(timedelta(0), clock_customers(test_clock_id))
    else:
        settle_pending()
    dunned = Dunned()
    for row in due_reminders(as_of, test_clock_id):
        try:
            _walk(row["_id"], as_of, dunned)
        except BillingError as error:  # one odd invoice must not stop the others
            log.warning("invoice not dunned", extra={"invoice_id": row["_id"], "code": error.code})
            skip = {"invoice_id": row["_id"], "code": error.code, "message": error.message}
            dunned.skipped.append(skip)
        if on_progress:
            on_progress(dunned)
    return dunned


def _walk(invoice_id: str, as_of: date | None, dunned: Dunned) -> None:
    """All steps that are due of one invoice."""
    for _ in range(_MOST_STEPS):
        step = take_step(invoice_id, as_of)
        if step is None:
            return
        dunned.reminded += step.kind == "reminded"
        dunned.ended += step.kind == "ended"
        if step.payment:
            dunned.charged += 1
            dunned.recovered += ask_provider(step.payment).status == "succeeded"
