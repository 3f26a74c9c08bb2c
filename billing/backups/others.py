"""What others are doing that a restore must not cut in two."""

from billing.backups.last import BACKUP
from billing.database import database
from billing.dunning.models import DAILY as DUNNING
from billing.maintenance.lease import is_under_way
from billing.runs.queries import run_status


def work_of_others() -> str:
    """In words what is under way; empty when nothing is."""
    if _is_running():
        return "A billing run"
    alive = {"done": False, "$expr": {"$gt": ["$leased_until", "$$NOW"]}}
    if database()[DUNNING].find_one(alive):
        return "The daily dunning"
    return "A backup" if is_under_way(BACKUP) else ""


def _is_running() -> bool:
    """Whether somebody works on a run, by its own signs or by the leases of its chunks."""
    unfinished = {"status": {"$in": ["preparing", "running"]}}
    runs = database().billing_runs.find(unfinished).sort("_id", -1).limit(20)
    if any(run_status(row) != "interrupted" for row in runs):
        return True
    leased = {"$expr": {"$gt": ["$leased_until", "$$NOW"]}}
    return database().run_chunks.find_one(leased, {"_id": 1}) is not None
