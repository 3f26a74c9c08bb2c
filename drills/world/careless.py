"""The naive variant of a writer: it takes the primary's word for it, and waits for nobody else."""

import os
from uuid import uuid4

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from billing.database import Row, database

_COLLECTION = "drill_careless"
_ALONE = WriteConcern(1)
_ROWS = 40
# Together more than lies in sockets, on their way to a node that stands still; not compressible.
_SIZE = 256 * 1024


class Careless:
    """Inserts rows with write concern 1, and knows which were acknowledged."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._acknowledged: list[str] = []

    def write(self) -> None:
        """Some rows, one after the other."""
        with MongoClient[Row](self._uri, serverSelectionTimeoutMS=1000) as client:
            rows = client.get_default_database().get_collection(_COLLECTION, write_concern=_ALONE)
            for _ in range(_ROWS):
                row = {"_id": uuid4().hex, "filling": os.urandom(_SIZE)}
                try:
                    rows.insert_one(row)
                except PyMongoError:
                    return
                self._acknowledged.append(str(row["_id"]))

    @property
    def acknowledged(self) -> int:
        return len(self._acknowledged)

    def lost(self) -> int:
        """How many rows were acknowledged and are not there."""
        there = {row["_id"] for row in database()[_COLLECTION].find({}, {"_id": 1})}
        return sum(1 for name in self._acknowledged if name not in there)
