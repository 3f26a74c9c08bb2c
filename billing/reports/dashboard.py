"""The figures of the first page, each answered by an index."""

from typing import Any

from billing import clock
from billing.database import Row, database
from billing.pages import MAX_COUNT
from billing.reports.figures import figures
from billing.runs.queries import list_runs
from billing.subscriptions.queries import next_due


def overview() -> dict[str, Any]:
    """Revenue, what is due and what came in by currency, counts (capped, see pages.MAX_COUNT), and
    the runs. Sums are as of an instant where that is given, else as of now. `currencies` are the
    keys of all that is by currency, the largest MRR first.

    Who lives on a test clock counts in none of them.
    """
    found, upcoming = figures(), next_due()
    known = found.mrr.keys() | found.months.keys() | found.collected.keys() | found.due.keys()
    return {
        "as_of": found.at if found.is_kept else None,
        "today": clock.today(),
        "currencies": sorted(known, key=lambda c: (-found.mrr.get(c, (0, 0))[0], c)),
        "mrr": found.mrr,
        "months": found.months,
        "due": found.due,
        "collected": found.collected,
        "customers": _count("customers", {"deleted_at": None}),
        "active_subscriptions": _count("subscriptions", {"status": "active"}),
        "trials": _count("subscriptions", {"status": "trialing"}),
        "past_due": _count("subscriptions", {"status": "past_due"}),
        "next_run": {"date": upcoming[0], "due": upcoming[1]} if upcoming else None,
        "last_run": next(iter(list_runs(limit=1).items), None),
    }


# Those on test clocks are few and in an index of their own. They are taken off what the other
# indexes answer by themselves: to leave them out there, every document would have to be read.
_MADE_UP = {"test_clock_id": {"$gt": ""}}


def _count(collection: str, where: Row) -> int:
    counted = database()[collection]
    made_up = counted.count_documents({**where, **_MADE_UP}, hint="test_clock")
    return counted.count_documents(where, limit=MAX_COUNT + 1 + made_up) - made_up
