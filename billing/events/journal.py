"""The one way a document is written: with its audit event, in the same transaction."""

from datetime import datetime
from typing import Any

from mongoengine.errors import NotUniqueError
from pymongo.errors import DuplicateKeyError

from billing import clock
from billing.database import Row, database
from billing.documents import Document
from billing.errors import StaleRevision
from billing.events.models import COLLECTION, event_row
from billing.last_inserts import insert_last, insert_now
from billing.pipeline import Insert, Taken
from billing.schema import VERSION_FIELD
from billing.shapes import instant

UNTOLD = {
    "_id",
    "revision",
    "created_at",
    "updated_at",
    "search_terms",
    "name_key",
    "holds",
    "usage_seq",
    "period_coupon",
    "cancellation_reason_phrase",
    VERSION_FIELD,
}
_SECRET = {"password_hash", "secrets"}


def insert(document: Document, event: str, *, reason: str | None = None) -> None:
    """Store a new document and record `event` (`customer.created`) with all its values.

    Raises MongoEngine's NotUniqueError. What its save() does beyond validating costs as much as
    the insert itself.
    """
    document.validate()
    insert_row(document._get_collection_name(), document.row(), event, reason=reason)
    document.stored()


def insert_changed(document: Document, created: str, as_created: Row, changed: str) -> None:
    """Store a new document that went on at once, by one insert.

    Two events tell of it: `created` with the values it had then, `changed` with what became of
    them. Raises MongoEngine's NotUniqueError, maybe not before the end of the transaction.
    """
    document.revision += 1
    document.validate()
    row = document.row()
    events = [
        _told(document, created, difference({}, as_created)),
        _told(document, changed, difference(as_created, row)),
    ]
    stored = Insert(document._get_collection_name(), row, _not_unique)
    insert_last(stored, *(Insert(COLLECTION, event) for event in events))
    document.stored()


def insert_row(
    collection: str, row: Row, event: str, *, reason: str | None = None, taken: Taken | None = None
) -> None:
    """The same of a row that was made without a document, as MongoDB is to keep it.

    What a document costs beyond that is more than the transaction costs the database. With `taken`
    (what is raised where a key of the row is) it may be stored later in the transaction: before
    anything else is asked, or at the end.
    """
    told = event_row(
        event,
        row["_id"],
        customer_id=row["_id"] if collection == "customers" else row.get("customer_id"),
        changes=difference({}, row),
        reason=reason,
    )
    insert = insert_last if taken else insert_now
    insert(Insert(collection, row, taken or _not_unique), Insert(COLLECTION, told))


def _not_unique(error: DuplicateKeyError) -> NotUniqueError:
    return NotUniqueError(str(error))


def update(document: Document, event: str, *, reason: str | None = None) -> None:
    """Store what changed in a loaded document, raise its revision, record before and after.

    Raises StaleRevision when the stored document is no longer the one that was loaded.
    """
    collection = document._get_collection_name()
    before = database()[collection].find_one({"_id": document.id}) or {}
    if before.get("revision") != document.revision:
        raise StaleRevision("Somebody changed this meanwhile. Look at it again and retry.")
    document.revision += 1
    document.updated_at = clock.now()
    document.save()
    _record(document, event, before, document.row(), reason)


def record(
    document: Document, event: str, *, reason: str | None = None, changes: Row | None = None
) -> None:
    """Record something that happened to a document without changing a field of it."""
    insert_last(Insert(COLLECTION, _told(document, event, changes, reason)))


def _record(document: Document, event: str, before: Row, after: Row, reason: str | None) -> None:
    record(document, event, reason=reason, changes=difference(before, after))


def _told(document: Document, event: str, changes: Row | None, reason: str | None = None) -> Row:
    customer_id = _customer_id(document)
    return event_row(event, document.id, customer_id=customer_id, changes=changes, reason=reason)


def _customer_id(document: Document) -> str | None:
    if document._get_collection_name() == "customers":
        return str(document.id)
    return getattr(document, "customer_id", None)


def told(value: Any) -> Any:
    """A value as events keep it."""
    return instant(value) if isinstance(value, datetime) else value


def difference(before: Row, after: Row) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of all that differs; secrets are named but never shown."""
    changes: dict[str, list[Any]] = {}
    for name in sorted((before.keys() | after.keys()) - UNTOLD):
        old, new = before.get(name), after.get(name)
        if old == new or (not old and not new and old != 0 and new != 0):
            continue
        changes[name] = ["(hidden)", "(hidden)"] if name in _SECRET else [told(old), told(new)]
    return changes
