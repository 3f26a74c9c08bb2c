"""Finding bulk actions: each is its actor's own."""

from collections import Counter
from datetime import timedelta

from billing import clock
from billing.actors import current_actor
from billing.bulk.errors import BulkActionNotFound
from billing.bulk.foresight import Foreseen
from billing.bulk.kinds import KINDS
from billing.bulk.models import ROWS, BulkAction
from billing.database import Row, database

_SILENCE = timedelta(seconds=30)


def get_bulk_action(action_id: str) -> BulkAction:
    """One that the actor began. Raises BulkActionNotFound, for those of others too."""
    found: BulkAction | None = BulkAction.objects(id=action_id).first()
    if found is None or found.actor_id != current_actor().id:
        raise BulkActionNotFound("There is no such bulk action, or it is older than 30 days.")
    return found


def rows_of(action_id: str) -> list[Row]:
    """Its rows in their order: object_id, state, and why it was refused as `message`."""
    return list(database()[ROWS].find({"action_id": action_id}).sort("place", 1))


def counts_of(action_id: str) -> Counter[str]:
    """How many rows are waiting, done and refused."""
    groups = database()[ROWS].aggregate(
        [{"$match": {"action_id": action_id}}, {"$group": {"_id": "$state", "n": {"$sum": 1}}}]
    )
    return Counter({group["_id"]: group["n"] for group in groups})


def foreseen(action: BulkAction) -> dict[str, Foreseen]:
    """What would come of each row now, by the object's id; an object that is gone is absent."""
    return KINDS[action.kind].foresee([row["object_id"] for row in rows_of(action.id)])


def status_of(action: BulkAction) -> str:
    """`chosen`, `running`, `completed`, or `interrupted` when nobody has worked for a while."""
    last = action.heartbeat_at or action.created_at
    silent = clock.now() - last > _SILENCE
    return "interrupted" if action.status == "running" and silent else str(action.status)
