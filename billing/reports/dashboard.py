"""The figures of the first page, each answered by an index."""

from datetime import date
from typing import Any

from billing import clock
from billing.database import Row, database
from billing.pages import MAX_COUNT
from billing.runs.queries import list_runs
from billing.subscriptions.queries import next_due


def overview() -> dict[str, Any]:
    """Counts (capped, see pages.MAX_COUNT), money per currency in smallest units, and the runs."""
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


def _count(collection: str, where: Row) -> int:
    return database()[collection].count_documents(where, limit=MAX_COUNT + 1)


def _due(where: Row) -> list[Row]:
    """What is due per currency; the index `due` holds all that is asked for."""
    groups = database().invoices.aggregate(
        [
            {"$match": where},
            {"$project": {"_id": 0, "currency": 1, "amount_due": 1}},
            {"$group": {"_id": "$currency", "amount": {"$sum": "$amount_due"}}},
            {"$sort": {"_id": 1}},
        ],
        hint="due",
    )
    return [{"currency": group["_id"], "amount": group["amount"]} for group in groups]


def _collected(today: date) -> list[Row]:
    groups = database().payments.aggregate(
        [
            {"$match": {"paid_date": {"$gte": today.replace(day=1).isoformat()}}},
            {"$group": {"_id": "$currency", "amount": {"$sum": "$amount"}}},
            {"$sort": {"_id": 1}},
        ]
    )
    return [{"currency": group["_id"], "amount": group["amount"]} for group in groups]
