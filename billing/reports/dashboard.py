"""The figures of the first page, each answered by an index."""

from collections import Counter
from datetime import date
from typing import Any

from billing import clock
from billing.database import Row, database
from billing.pages import MAX_COUNT
from billing.runs.queries import list_runs
from billing.subscriptions.queries import next_due


def overview() -> dict[str, Any]:
    """Counts (capped, see pages.MAX_COUNT), money per currency in smallest units, and the runs.

    Who lives on a test clock counts in none of them.
    """
    today = clock.today()
    late = {"status": "open", "due_date": {"$lt": today.isoformat()}}
    upcoming = next_due()
    return {
        "customers": _count("customers", {"deleted_at": None}),
        "active_subscriptions": _count("subscriptions", {"status": "active"}),
        "open_invoices": _count("invoices", {"status": "open"}),
        "overdue_invoices": _count("invoices", late),
        "open": _due({"status": "open"}),
        "overdue": _due(late),
        "collected_this_month": _collected(today),
        "next_run": {"date": upcoming[0], "due": upcoming[1]} if upcoming else None,
        "last_run": next(iter(list_runs(limit=1).items), None),
    }


# Those on test clocks are few and in an index of their own. They are taken off what the other
# indexes answer by themselves: to leave them out there, every document would have to be read.
_REAL = {"test_clock_id": None}
_MADE_UP = {"test_clock_id": {"$gt": ""}}


def _count(collection: str, where: Row) -> int:
    counted = database()[collection]
    made_up = counted.count_documents({**where, **_MADE_UP}, hint="test_clock")
    return counted.count_documents(where, limit=MAX_COUNT + 1 + made_up) - made_up


def _due(where: Row) -> list[Row]:
    """What is due per currency; the index `due` holds all that is asked for."""
    sums = _sums(where, "due")
    sums.subtract(_sums({**where, **_MADE_UP}, "test_clock"))
    return [{"currency": name, "amount": sums[name]} for name in sorted(sums) if sums[name]]


def _sums(where: Row, index: str) -> Counter[str]:
    groups = database().invoices.aggregate(
        [
            {"$match": where},
            {"$project": {"_id": 0, "currency": 1, "amount_due": 1}},
            {"$group": {"_id": "$currency", "amount": {"$sum": "$amount_due"}}},
        ],
        hint=index,
    )
    return Counter({group["_id"]: group["amount"] for group in groups})


def _collected(today: date) -> list[Row]:
    groups = database().payments.aggregate(
        [
            {"$match": {"paid_date": {"$gte": today.replace(day=1).isoformat()}, **_REAL}},
            {"$group": {"_id": "$currency", "amount": {"$sum": "$amount"}}},
            {"$sort": {"_id": 1}},
        ]
    )
    return [{"currency": group["_id"], "amount": group["amount"]} for group in groups]
