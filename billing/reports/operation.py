"""How the installation does, for those who watch over it: a few numbers, each by one quick look."""

from datetime import datetime
from typing import Any

from pymongo.errors import OperationFailure

from billing.database import Row, database
from billing.mail.models import MAILS
from billing.runs.due import due_filter
from billing.runs.queries import run_status

_MOST_DUE = 1_000


def newest_run() -> Row | None:
    """The billing run that was begun last: `status` as people see it, `created_at`, `finished_at`,
    `invoiced`, `skipped`."""
    row: Any = database().billing_runs.find_one({}, sort=[("created_at", -1), ("_id", -1)])
    return {**row, "status": run_status(row)} if row else None


def count_due() -> int:
    """Subscriptions that a run would look at now, counted no further than 1,000."""
    return database().subscriptions.count_documents(due_filter(None), limit=_MOST_DUE)


def oldest_event_age() -> float:
    """Seconds since the oldest event without a number was recorded; 0 when all have one."""
    return _age("events", {}, "created_at", "unsequenced", "unsequenced")


def oldest_mail_age() -> float:
    """Seconds for which the mail that is due longest has waited; 0 when none is due."""
    return _age(MAILS, {"status": "waiting"}, "due_at", "due", "due_at")


def database_disk() -> tuple[int, int]:
    """Used and all bytes of the disk below the primary's data."""
    told = database().command("dbStats")
    return int(told.get("fsUsedSize", 0)), int(told.get("fsTotalSize", 0))


def replication() -> dict[str, float | None]:
    """For each other member of the replica set the seconds it is behind the primary; None where
    it does not answer. Empty where the database does not let us see it, or is alone."""
    try:
        told = database().client.admin.command("replSetGetStatus")
    except OperationFailure:  # a user without the role clusterMonitor, or no replica set at all
        return {}
    members = told["members"]
    primary: datetime | None = next((m["optimeDate"] for m in members if m["state"] == 1), None)
    return {m["name"]: _lag(m, primary) for m in members if m["state"] not in {1, 7}}


def _lag(member: Row, primary: datetime | None) -> float | None:
    if not member.get("health") or primary is None:
        return None
    return float(max(0.0, (primary - member["optimeDate"]).total_seconds()))


def _age(collection: str, where: Row, field: str, index: str, order: str) -> float:
    """Seconds by the database's clock since `field` of the first document along the index."""
    told = {"$divide": [{"$subtract": ["$$NOW", f"${field}"]}, 1000]}
    found = list(
        database()[collection].aggregate(
            [{"$match": where}, {"$sort": {order: 1}}, {"$limit": 1}, {"$project": {"age": told}}],
            hint=index,
        )
    )
    return max(0.0, float(found[0].get("age") or 0)) if found else 0.0
