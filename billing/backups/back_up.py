"""`flask backup`: every document as it was at one moment, in one file, with flat memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from bson import Timestamp
from pymongo.client_session import ClientSession

from billing import VERSION
from billing.backups.archive import Writer, writing
from billing.backups.contents import LEFT_OUT, to_back_up
from billing.backups.last import BACKUP
from billing.backups.manifest import Collected, Manifest
from billing.backups.moment import one_moment
from billing.backups.packing import SUFFIX, in_threads, pack
from billing.backups.raw import count, raw_batches
from billing.closing import RESTORE
from billing.database import database
from billing.maintenance.errors import AlreadyUnderWay
from billing.maintenance.lease import Lease, is_under_way, leased
from billing.migrations.version import schema_version
from billing.sealing import fingerprint
from billing.server_clock import ServerClock

Progress = Callable[[str, int, int], None]


def back_up(path: Path, on_progress: Progress = lambda *_: None) -> tuple[Path, Manifest]:
    """Write a backup to `path`, or under a name that tells the time into it where it is a
    directory; the file and its manifest.

    `on_progress(phase, done, total)` counts documents, about. Raises BackupNotPossible,
    AlreadyUnderWay, and OSError when the file cannot be written.
    """
    with leased(BACKUP) as lease:
        if is_under_way(RESTORE):
            raise AlreadyUnderWay("A restore is under way; wait for its end.")
        file = path / f"duebill-{_now():%Y%m%dT%H%M%SZ}.tar" if path.is_dir() else path
        with writing(file) as writer:
            manifest = _write(writer, lease, on_progress)
            writer.finish(manifest)
            lease.check()
        size = file.stat().st_size
        lease.note(last={"at": _now(), "bytes": size, "documents": manifest.documents})
    return file, manifest


def _write(writer: Writer, lease: Lease, on_progress: Progress) -> Manifest:
    names = to_back_up()
    total = sum(database()[name].estimated_document_count() for name in names)
    done, collections = 0, {}
    with one_moment(lease) as (session, window):
        database().settings.find_one({}, session=session)  # from here on the moment stands
        moment = session.operation_time or Timestamp(0, 0)
        for name in names:
            collections[name] = collected = Collected()
            for documents in _write_collection(name, collected, writer, session):
                done += documents
                on_progress("Backing up", min(done, total), total)
                window.keep_ahead()
                lease.check()
    return _manifest(moment, collections)


def _write_collection(
    name: str, collected: Collected, writer: Writer, session: ClientSession
) -> Iterator[int]:
    """Write the parts of a collection; yields the documents of each."""
    whole = sha256()
    for number, (batch, packed) in enumerate(in_threads(pack, raw_batches(name, session)), 1):
        documents = count(batch)
        whole.update(batch)
        collected.documents += documents
        collected.bytes += len(batch)
        collected.parts.append(writer.add(f"{name}/{number:05}{SUFFIX}", packed))
        yield documents
    collected.sha256 = whole.hexdigest()


def _manifest(moment: Timestamp, collections: dict[str, Collected]) -> Manifest:
    return Manifest(
        duebill=VERSION,
        schema_version=schema_version(),
        mongodb=str(database().client.server_info()["version"]),
        database=database().name,
        taken_at=moment.as_datetime().astimezone(UTC).isoformat(),
        cluster_time=[moment.time, moment.inc],
        secret=fingerprint(),
        collections=collections,
        left_out=sorted(LEFT_OUT),
    )


def _now() -> datetime:
    return ServerClock().now()
