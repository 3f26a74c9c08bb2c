"""A PyMongo database that keeps its collections.

PyMongo makes a new object each time that a collection is named, with options derived anew: a sixth
of what an insert costs this side of the network.
"""

from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

Row = dict[str, Any]


class KeptCollections(Database[Row]):
    """The same database as `plain`, by its client and with its options."""

    def __init__(self, plain: Database[Row]) -> None:
        super().__init__(
            plain.client,
            plain.name,
            plain.codec_options,
            plain.read_preference,
            plain.write_concern,
            plain.read_concern,
        )
        self.plain = plain
        self._kept: dict[str, Collection[Row]] = {}

    def __getitem__(self, name: str) -> Collection[Row]:
        """The collection of that name, one object for all who ask."""
        if (found := self._kept.get(name)) is None:
            found = self._kept[name] = super().__getitem__(name)
        return found
