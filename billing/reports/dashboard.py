"""The figures of the first page."""

from typing import Any

from billing import clock
from billing.reports.figures import figures
from billing.runs.queries import list_runs
from billing.subscriptions.queries import next_due


def overview() -> dict[str, Any]:
    """Revenue, what is due and what came in by currency, counts, and the runs, all as of now.
    `currencies` are the keys of all that is by currency, the largest MRR first.

    Who lives on a test clock counts in none of them.
    """
    found, upcoming = figures(), next_due()
    known = found.mrr.keys() | found.months.keys() | found.collected.keys() | found.due.keys()
    return {
        "today": clock.today(),
        "currencies": sorted(known, key=lambda c: (-found.mrr.get(c, (0, 0))[0], c)),
        "mrr": found.mrr,
        "months": found.months,
        "due": found.due,
        "collected": found.collected,
        "customers": found.counts["customers"],
        "active_subscriptions": found.counts["active"],
        "trials": found.counts["trialing"],
        "past_due": found.counts["past_due"],
        "next_run": {"date": upcoming[0], "due": upcoming[1]} if upcoming else None,
        "last_run": next(iter(list_runs(limit=1).items), None),
    }
