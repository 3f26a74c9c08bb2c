"""`flask restore`: a backup takes the place of what is in the database.

What is there is not touched before the new is loaded, compared with the file and indexed. Then the
collections are exchanged and the books are checked, and the old ones go. It can be killed at any
line: begun again it puts back what was exchanged, and starts anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from billing import closing
from billing.backups.archive import Reader
from billing.backups.contents import EMPTY_BEFORE
from billing.backups.errors import RestoreNotPossible
from billing.backups.exchange import drop_outgoing, exchange, go_back
from billing.backups.incoming import build_indexes, compare, drop_incoming, load
from billing.backups.manifest import Manifest
from billing.backups.others import work_of_others
from billing.backups.outbox import hold_deliveries, hold_mails
from billing.closing import RESTORE
from billing.database import database
from billing.indexes import INDEXES
from billing.maintenance.held import note_restored
from billing.maintenance.lease import Lease, leased
from billing.runs.check import Offence, check_books
from billing.schema import NEWEST
from billing.sealing import fingerprint
from billing.server_clock import ServerClock
from billing.transactions import MAJORITY

Progress = Callable[[str, int, int], None]

_PATIENCE_SECONDS = 20.0


@dataclass(slots=True)
class Restored:
    """What came of it. Where the books are not in order, `is_in_place` tells whether the restored
    ones are there all the same or the old ones were put back."""

    manifest: Manifest
    mails: int = 0
    deliveries: int = 0
    offences: list[Offence] = field(default_factory=list)
    is_in_place: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """How to restore: over data that are there (`replace`), holding back what is to be sent
    (`hold`), whatever SECRET_KEY the backup was made under, keeping books that are not in order."""

    replace: bool = False
    hold: bool = True
    any_secret: bool = False
    keep_unclean: bool = False


def restore(path: Path, terms: Terms, on_progress: Progress = lambda *_: None) -> Restored:
    """Restore the backup at `path`.

    Raises BackupDamaged and RestoreNotPossible, having changed nothing, and AlreadyUnderWay.
    """
    reader = Reader(path)
    try:
        check_file(reader, terms, on_progress)
        with leased(RESTORE) as lease:
            return _Restore(reader, terms, lease, on_progress).whole()
    finally:
        reader.close()
        closing.forget()


def give_up() -> bool:
    """Put back what a restore that was killed had exchanged; whether there was anything to do."""
    with leased(RESTORE) as lease:
        return recover(lease)


def check_file(reader: Reader, terms: Terms, on_progress: Progress) -> None:
    """Every part against its checksum. Raises BackupDamaged and RestoreNotPossible."""
    if reader.manifest.secret != fingerprint() and not terms.any_secret:
        raise RestoreNotPossible(
            "This backup was made under another SECRET_KEY, so what is sealed in it could not be "
            "read: second factors and the secrets of webhooks. Set SECRET_KEY to what it was, or "
            "say --any-secret and set those up anew."
        )
    if reader.manifest.schema_version > NEWEST:
        raise RestoreNotPossible(
            f"This backup has schema version {reader.manifest.schema_version}, of a newer Duebill; "
            f"this one knows {NEWEST}. Restore it with the newer version."
        )
    done, total = 0, reader.manifest.packed_bytes
    for size in reader.verify():
        done += size
        on_progress("Reading the file", done, total)


def recover(lease: Lease) -> bool:
    """See to what an earlier restore left when it was killed; whether it left anything."""
    phase = lease.row().get("phase")
    if phase in closing.EXCHANGING:
        lease.note(phase="going_back")
        go_back()
    if phase == "clearing":
        drop_outgoing()
    drop_incoming()
    lease.note(phase=None)
    return phase is not None


class _Restore:
    """One restore, under its lease."""

    def __init__(self, reader: Reader, terms: Terms, lease: Lease, on_progress: Progress) -> None:
        self._reader, self._terms, self._lease = reader, terms, lease
        self._on_progress = on_progress
        self._found = Restored(reader.manifest)
        self._now: datetime = ServerClock().now()

    def whole(self) -> Restored:
        recover(self._lease)
        self._wait_for_others()
        was_empty = self._look_at_what_is_there()
        self._lease.note(phase="loading")
        self._bring_in()
        self._lease.note(phase="exchanging")
        exchange()
        self._lease.note(phase="checking")
        self._found.offences = self._check()
        if self._found.offences and not (was_empty or self._terms.keep_unclean):
            self._found.is_in_place = False
            recover(self._lease)
            return self._found
        self._conclude()
        return self._found

    def _wait_for_others(self) -> None:
        """Until everybody knows that it is closed and what was under way has ended."""
        sleep(2 * closing.ASK_AGAIN_SECONDS)
        until = monotonic() + _PATIENCE_SECONDS
        while others := work_of_others():
            if monotonic() > until:
                raise RestoreNotPossible(f"{others} is under way. Stop it first, or wait.")
            self._lease.check()
            sleep(0.5)

    def _look_at_what_is_there(self) -> bool:
        """Whether nothing is. Raises RestoreNotPossible where something is that is to stay."""
        counts = {name: database()[name].estimated_document_count() for name in EMPTY_BEFORE}
        there = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        if there and not self._terms.replace:
            raise RestoreNotPossible(
                f"The database {database().name} is not empty: {there}. Restore into an empty one, "
                "or say --replace."
            )
        return not there

    def _bring_in(self) -> None:
        total = self._reader.manifest.documents
        load(self._reader, self._lease, self._counting("Loading", total))
        compare(self._reader, self._lease, self._counting("Comparing", total))
        done = self._counting("Indexes", len(INDEXES))
        build_indexes(self._lease, lambda _: done(1))
        if self._terms.hold:
            self._found.mails = hold_mails(self._now)
            self._found.deliveries = hold_deliveries(self._now)
        _await_majority()
        self._lease.check()

    def _check(self) -> list[Offence]:
        return check_books(lambda _, done, rules: self._on_progress("Checking", done, rules))

    def _conclude(self) -> None:
        """From here on it counts; a restore that is killed now is only cleared up after."""
        note_restored(
            self._now,
            self._found.manifest.taken_at,
            mails=self._found.mails,
            deliveries=self._found.deliveries,
            is_held=self._terms.hold,
        )
        self._lease.note(phase="clearing")
        recover(self._lease)

    def _counting(self, phase: str, total: int) -> Callable[[int], None]:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            self._on_progress(phase, done, total)

        return count


def _await_majority() -> None:
    """What was written fast is kept by most members before it counts."""
    rows = database().get_collection(closing.COLLECTION, write_concern=MAJORITY)
    rows.update_one({"_id": RESTORE}, {"$set": {"phase": "loaded"}})
