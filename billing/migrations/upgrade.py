"""`flask db upgrade`: the migrations that are outstanding, one batch after the other.

It can be killed anywhere and goes on where it was; two never work at once. What old portals wrote
behind it is found with `again`, once they have gone.
"""

from collections.abc import Callable, Iterable

from billing.database import Row, database
from billing.maintenance.lease import Lease, leased
from billing.migrations.models import COLLECTION
from billing.migrations.version import outstanding, state_of
from billing.schema import MIGRATIONS, VERSION_FIELD, VERSIONS, Migration

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


def of_other_versions() -> dict[str, tuple[int, int]]:
    """By collection: how many documents are of an older version than the newest, how many of a
    newer one than this code knows. Of those collections that have such, by a pass over each."""
    found = {}
    for name in sorted(VERSIONS):
        older = database()[name].count_documents(_older_than(VERSIONS[name]))
        newer = database()[name].count_documents({VERSION_FIELD: {"$gt": VERSIONS[name]}})
        if older or newer:
            found[name] = (older, newer)
    return found


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
    _note(migration, {"readers": migration.readers})  # before there is anything to be read
    while ids := _next_ids(migration.collection, last):
        changed += _change(migration, {"_id": {"$gt": last, "$lte": ids[-1]}})
        last, looked_at = ids[-1], looked_at + len(ids)
        _note(migration, {"last": last, "changed": changed})
        lease.check()
        on_progress(migration.about, min(looked_at, total), total)
    _note(migration, {"done_at": "$$NOW", "changed": changed})
    return changed


def _change(migration: Migration, these: Row) -> int:
    """How many of these lacked something. All are of the version then, also those that whoever made
    them gave everything already."""
    rows = database()[migration.collection]
    done = rows.update_many({**these, **migration.lacking}, migration.change)
    mark = {"$set": {VERSION_FIELD: migration.makes}}
    rows.update_many({**these, **_older_than(migration.makes)}, mark)
    return done.modified_count


def _older_than(version: int) -> Row:
    return {VERSION_FIELD: {"$not": {"$gte": version}}}


def _next_ids(collection: str, last: str) -> list[str]:
    """The next ids in their order, from the index alone."""
    rows = database()[collection].find({"_id": {"$gt": last}}, {"_id": 1})
    return [row["_id"] for row in rows.sort("_id", 1).limit(BATCH)]


def _note(migration: Migration, values: Row) -> None:
    told = {
        name: value if name == "done_at" else {"$literal": value} for name, value in values.items()
    }
    database()[COLLECTION].update_one({"_id": migration.number}, [{"$set": told}], upsert=True)
