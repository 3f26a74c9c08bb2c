"""How many live subscriptions each version of a plan has."""

from billing.database import database
from billing.subscriptions.states import LIVE


def subscribers_by_version(plan_id: str) -> dict[int, int]:
    """Version to number of live subscriptions; answered by the index `plan_version` alone."""
    where = {"plan_id": plan_id, "status": {"$in": sorted(LIVE)}}
    counted = [{"$match": where}, {"$group": {"_id": "$plan_version", "count": {"$sum": 1}}}]
    return {row["_id"]: row["count"] for row in database().subscriptions.aggregate(counted)}
