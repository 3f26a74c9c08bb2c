"""`flask db upgrade`: the migrations that are outstanding, one batch after the other.

It can be killed anywhere and goes on where it was; two never work at once. What old portals wrote
behind it is found with `again`, once they have gone.
"""

from collections.abc import Callable, Iterable

from billing.database import Row, database
from billing.maintenance.lease import Lease, leased
from billing.migrations.models import COLLECTION
from billing.migrations.registry import MIGRATIONS, Migration
from billing.migrations.version import outstanding, state_of

Progress = Callable[[str, int, int], None]

UPGRADE = "upgrade"
BATCH = 1000


def upgrade(*, again: bool = False, on_progress: Progress = lambda *_: None) -> dict[int, int]:
    """How many documents each migration changed. Raises AlreadyUnderWay."""
    with leased(UPGRADE) as lease:
        if again:
            database()[COLLECTION].update_many(
                {}, {"$unset": {"last": 1, "done_at": 1, "changed": 1}}
            )
        return {each.number: _migrate(each, lease, on_progress) for each in outstanding()}


def lacking(migrations: Iterable[Migration] = MIGRATIONS) -> dict[int, int]:
    """How many documents each would change now, by a pass over their collections."""
    return {
        each.number: database()[each.collection].count_documents(each.lacking)
        for each in migrations
    }


def _migrate(migration: Migration, lease: Lease, on_progress: Progress) -> int:
    total = database()[migration.collection].estimated_document_count()
    state = state_of(migration)
    last, looked_at, changed = str(state.get("last", "")), 0, int(state.get("changed", 0))
    while ids := _next_ids(migration.collection, last):
        here: Row = {"_id": {"$gt": last, "$lte": ids[-1]}, **migration.lacking}
        done = database()[migration.collection].update_many(here, migration.change)
        changed += done.modified_count
        last, looked_at = ids[-1], looked_at + len(ids)
        _note(migration, {"last": last, "changed": changed})
        lease.check()
        on_progress(migration.about, min(looked_at, total), total)
    _note(migration, {"done_at": "$$NOW", "changed": changed})
    return changed


def _next_ids(collection: str, last: str) -> list[str]:
    """The next ids in their order, from the index alone."""
    rows = database()[collection].find({"_id": {"$gt": last}}, {"_id": 1})
    return [row["_id"] for row in rows.sort("_id", 1).limit(BATCH)]


def _note(migration: Migration, values: Row) -> None:
    told = {
        name: value if name == "done_at" else {"$literal": value} for name, value in values.items()
    }
    database()[COLLECTION].update_one({"_id": migration.number}, [{"$set": told}], upsert=True)
