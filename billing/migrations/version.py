"""Which version of the schema the database has, and whether this code may work with it."""

from billing.database import Row, database
from billing.migrations.models import COLLECTION
from billing.schema import MIGRATIONS, NEWEST, Migration

_WITH_BOOKS = ("users", "customers", "payments", "invoices", "settings")


class NewerDatabase(Exception):
    """A newer Duebill has upgraded the database; the text is one line for a person."""


def schema_version() -> int:
    """The highest migration that is done; 0 before the first."""
    found = database()[COLLECTION].find_one({"done_at": {"$ne": None}}, sort=[("_id", -1)])
    return int(found["_id"]) if found else 0


def refuse_newer() -> None:
    """Raises NewerDatabase where one has changed documents so that this code cannot read them."""
    unreadable = {"_id": {"$gt": NEWEST}, "readers": {"$not": {"$lte": NEWEST}}}
    found = database()[COLLECTION].find_one(unreadable, sort=[("_id", -1)])
    if found:
        raise NewerDatabase(
            f"The database has schema version {found['_id']}, of a newer Duebill; this one knows "
            f"{NEWEST}. Start the newer version, or restore a backup of before the upgrade."
        )


def outstanding() -> list[Migration]:
    """The migrations that are not done."""
    rows = database()[COLLECTION].find({"done_at": {"$ne": None}}, {"_id": 1})
    done = {row["_id"] for row in rows}
    return [migration for migration in MIGRATIONS if migration.number not in done]


def stamp_if_fresh() -> None:
    """A database without anything needs no migration: say that all are done."""
    if database()[COLLECTION].find_one({}) or any(
        database()[name].find_one({}, {"_id": 1}) for name in _WITH_BOOKS
    ):
        return
    for migration in MIGRATIONS:
        told = {"changed": {"$literal": 0}, "readers": {"$literal": migration.readers}}
        state = {"done_at": "$$NOW", **told}
        database()[COLLECTION].update_one({"_id": migration.number}, [{"$set": state}], upsert=True)


def state_of(migration: Migration) -> Row:
    """How far it is: `last`, the id that was looked at last, `changed`, and `done_at`."""
    return database()[COLLECTION].find_one({"_id": migration.number}) or {}
