"""Emptying the database between tests."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from billing.database import Row


def empty(db: Database[Row]) -> None:
    """Delete all rows; collections and indexes stay."""
    for name in _filled(db):
        db[name].delete_many({})


def _filled(db: Database[Row]) -> list[str]:
    """The collections with rows, asked in one go: emptying all sixty takes ten times as long."""
    first, *others = db.list_collection_names()
    unions = [{"$unionWith": {"coll": name, "pipeline": _one_row(name)}} for name in others]
    return [row["name"] for row in db[first].aggregate([*_one_row(first), *unions])]


def _one_row(collection: str) -> list[dict[str, Any]]:
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": collection}}}]
