"""All changes that stored documents have gone through, and the version that each gave them.

A document without `schema_version` is of its collection's first version, so that those of the first
shape carry nothing. Each migration makes the next version of its collection's documents and marks
them all with it. Whoever makes a new document, or writes one anew as a whole, marks it with the
newest (`version_mark`; billing.documents does it for models). What only changes fields leaves the
version alone: the document is of the shape that it was.

A number that was released is never given again. Old and new portals serve at once, so a field comes
in three releases at the least: one that writes it and reads documents without it (expand), the
migration, one that relies on it (contract).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

VERSION_FIELD = "schema_version"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """Gives the documents of `collection` that are as `lacking` says what `change` sets, and all of
    them the version that it `makes`.

    What was changed is not `lacking` any more, so that doing it again does nothing. Code is let
    near what it makes if the newest migration that it knows is `readers` or a later one.
    """

    number: int
    about: str
    collection: str
    makes: int
    readers: int
    lacking: dict[str, Any]
    change: dict[str, Any]


MIGRATIONS = (
    Migration(
        1,
        "settings say whether reminders go out by themselves",
        "settings",
        2,
        0,
        {"dunning": {"$type": "object"}, "dunning.automatic": None},
        {"$set": {"dunning.automatic": True}},
    ),
    Migration(
        2,
        "customers' users are owners where nothing else is said",
        "users",
        2,
        0,
        {"role": "customer", "customer_role": None},
        {"$set": {"customer_role": "owner"}},
    ),
    Migration(
        3,
        "payments say how much of them became credit",
        "payments",
        2,
        0,
        {"credited_amount": None},
        {"$set": {"credited_amount": 0}},
    ),
    Migration(
        4,
        "payments say how much of them was paid back",
        "payments",
        3,
        0,
        {"refunded_amount": None},
        {"$set": {"refunded_amount": 0}},
    ),
)

NEWEST = MIGRATIONS[-1].number
"""The version of the whole schema that this code was written for."""

VERSIONS = {migration.collection: migration.makes for migration in MIGRATIONS}
"""The newest version of the documents of each collection that has more than one."""


def version_mark(collection: str) -> dict[str, Any]:
    """What a new row of the collection says of its version: nothing where there was only one."""
    return {VERSION_FIELD: VERSIONS[collection]} if collection in VERSIONS else {}


def notice_newer(collection: str, row: Mapping[str, Any]) -> None:
    """Tell the log, once, of documents that a newer Duebill has written: this one is out of date.

    They are read and changed all the same, which `Migration.readers` vouches for.
    """
    if (found := row.get(VERSION_FIELD)) is not None and found > VERSIONS.get(collection, 1):
        _tell_newer(collection, found)


@cache
def _tell_newer(collection: str, found: int) -> None:
    _log.warning(
        "%s has documents of version %s, of a newer Duebill; this one knows version %s: replace it",
        collection,
        found,
        VERSIONS.get(collection, 1),
    )
