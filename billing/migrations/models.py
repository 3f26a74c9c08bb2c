"""The collection `migrations`: one row for each that was begun, by its number: how far it is, and
when it was done."""

from pymongo import ASCENDING, IndexModel

from billing.indexes import declare_indexes

COLLECTION = "migrations"

declare_indexes(COLLECTION, IndexModel([("done_at", ASCENDING)], name="done"))
