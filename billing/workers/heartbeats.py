"""Which workers are alive, told by the database's clock."""

import os
import socket

from billing.database import Row, database
from billing.workers.models import COLLECTION

ALIVE_SECONDS = 20.0
"""A worker that was silent for so long counts as dead."""
_SEEN = "seen"
"""The one row that is no worker: when somebody last did each job well, however long ago."""


def beat(worker: str, jobs: list[str]) -> None:
    """Tell that the worker is alive, and which of its jobs do well."""
    told = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "jobs": jobs,
        "heartbeat_at": "$$NOW",
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
    }
    database()[COLLECTION].update_one({"_id": worker}, [{"$set": told}], upsert=True)
    seen = dict.fromkeys(jobs, "$$NOW")
    database()[COLLECTION].update_one({"_id": _SEEN}, [{"$set": {"jobs": seen}}], upsert=True)


def sign_off(worker: str) -> None:
    """Tell that the worker ends."""
    database()[COLLECTION].delete_one({"_id": worker})


def jobs_seen() -> dict[str, float]:
    """For each job the seconds since a worker last told that it does it well, by the database's
    clock; nothing of jobs that nobody ever did."""
    ages = {
        "$map": {
            "input": {"$objectToArray": "$jobs"},
            "in": {"k": "$$this.k", "v": {"$subtract": ["$$NOW", "$$this.v"]}},
        }
    }
    told = {"ages": {"$arrayToObject": ages}}
    rows = list(database()[COLLECTION].aggregate([{"$match": {"_id": _SEEN}}, {"$project": told}]))
    return {job: age / 1000 for row in rows for job, age in row["ages"].items()}


def workers_alive(job: str | None = None, seconds: float = ALIVE_SECONDS) -> list[Row]:
    """The workers of which there was a sign within `seconds`, or those that do this job."""
    since = {"$subtract": ["$$NOW", int(seconds * 1000)]}
    where: Row = {"$expr": {"$gt": ["$heartbeat_at", since]}}
    if job is not None:
        where["jobs"] = job
    return list(database()[COLLECTION].find(where).sort("_id", 1))
