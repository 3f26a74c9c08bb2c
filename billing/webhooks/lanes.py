"""Each endpoint has a lane of its own, on which one worker at a time sends, for as long as it has
leased it by the database's time. What a worker writes counts only while the lane is its own.
"""

from billing.database import Row, database
from billing.webhooks.models import LANES

LEASE_SECONDS = 20.0
_FREE: Row = {"$or": [{"leased_until": None}, {"$expr": {"$lt": ["$leased_until", "$$NOW"]}}]}


class LaneLost(Exception):
    """Another worker has the lane now, or its endpoint is gone."""


def take_lanes(worker: str, endpoint_ids: list[str], most: int, seconds: float) -> list[Row]:
    """Lease up to `most` of the lanes that nobody has; those that were got."""
    lanes = database()[LANES]
    taken: list[Row] = []
    mine = [{"$set": {"worker": worker, "leased_until": _until(seconds)}}]
    for row in lanes.find({"_id": {"$in": endpoint_ids}, **_FREE}, {"_id": 1}):
        if len(taken) == most:
            break
        if got := lanes.find_one_and_update({"_id": row["_id"], **_FREE}, mine):
            taken.append(got)
    return taken


def renew_lanes(worker: str, endpoint_ids: list[str], seconds: float) -> list[Row]:
    """Hold these for longer, as far as they are the worker's; those lanes, as they are now."""
    mine = {"_id": {"$in": endpoint_ids}, "worker": worker}
    database()[LANES].update_many(mine, [{"$set": {"leased_until": _until(seconds)}}])
    return list(database()[LANES].find(mine))


def release_lane(worker: str, endpoint_id: str) -> None:
    """Give a lane back, for others to take at once."""
    database()[LANES].update_one(
        {"_id": endpoint_id, "worker": worker}, {"$unset": {"worker": 1, "leased_until": 1}}
    )


def hold_lane(worker: str, endpoint_id: str, change: Row) -> None:
    """Change the lane within a transaction, which then conflicts with whoever takes it.

    Raises LaneLost.
    """
    mine = {"_id": endpoint_id, "worker": worker}
    if not database()[LANES].update_one(mine, change).matched_count:
        raise LaneLost(endpoint_id)


def _until(seconds: float) -> Row:
    return {"$add": ["$$NOW", int(seconds * 1000)]}
