"""The restored collections before they count: loaded beside those that are there, then compared
with what the backup says of them."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import accumulate, pairwise

from bson.raw_bson import RawBSONDocument
from pymongo.write_concern import WriteConcern

from billing.backups.archive import Reader
from billing.backups.contents import INCOMING, OF_THE_INSTALLATION
from billing.backups.errors import BackupDamaged, RestoreNotPossible
from billing.backups.manifest import Collected
from billing.backups.packing import unpack
from billing.backups.raw import count, lengths, raw_batches
from billing.database import database
from billing.indexes import INDEXES
from billing.maintenance.lease import Lease

_AT_A_TIME = 1000
_FAST = WriteConcern(w=1)
"""For what is compared afterwards, and awaited by a majority before it counts."""

Told = Callable[[int], None]


def drop_incoming() -> None:
    """Forget what an earlier attempt loaded."""
    for name in database().list_collection_names():
        if name.startswith(INCOMING):
            database().drop_collection(name)


def load(reader: Reader, lease: Lease, told: Told) -> None:
    """Load every collection; `told` is given the documents of each piece. Raises BackupDamaged."""
    for name, collected in reader.manifest.collections.items():
        rows = database()[INCOMING + name].with_options(write_concern=_FAST)
        found = 0
        for documents in _documents(name, collected, reader):
            for start in range(0, len(documents), _AT_A_TIME):
                rows.insert_many(documents[start : start + _AT_A_TIME], ordered=True)
            found += len(documents)
            lease.check()
            told(len(documents))
        if found != collected.documents:
            raise BackupDamaged(f"{name} has {found:,} documents, not {collected.documents:,}.")


def _documents(name: str, collected: Collected, reader: Reader) -> Iterator[list[RawBSONDocument]]:
    """The documents of each part, as they were; nothing of them is read."""
    for part in collected.parts:
        content = unpack(reader.read(name, collected, part))
        ends = accumulate(lengths(content), initial=0)
        yield [RawBSONDocument(content[start:end]) for start, end in pairwise(ends)]


def compare(reader: Reader, lease: Lease, told: Told) -> None:
    """Read back what was loaded. Raises RestoreNotPossible when it is not what was in the file."""
    for name, collected in reader.manifest.collections.items():
        whole = sha256()
        for batch in raw_batches(INCOMING + name):
            whole.update(batch)
            lease.check()
            told(count(batch))
        if collected.parts and whole.hexdigest() != collected.sha256:
            raise RestoreNotPossible(
                f"The server gives other documents of {name} than it was told to keep. Nothing "
                "was changed; look at its disks and its log."
            )


def build_indexes(lease: Lease, told: Callable[[str], None]) -> None:
    """Build the indexes of all, and make those empty of which the file has nothing; what is empty
    anyhow stays as it is."""
    there = set(database().list_collection_names())
    for name in sorted(INDEXES.keys() - set(OF_THE_INSTALLATION)):
        if INCOMING + name not in there:
            if database()[name].find_one({}, {"_id": 1}) is None:
                continue
            database().create_collection(INCOMING + name)
        if INDEXES[name]:
            database()[INCOMING + name].create_indexes(INDEXES[name])
        lease.check()
        told(name)
