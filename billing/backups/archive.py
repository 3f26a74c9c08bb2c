"""The file of a backup: a tar of compressed BSON, so that it can be read without Duebill too.

    invoices/00001.bson.zst   `zstd -d` gives what `bsondump` and `mongorestore` read
    manifest.json             what all of that has to be
    manifest.json.sha256      as `sha256sum` writes it

The manifest comes last, so a file without one is not whole; and no file gets its name before it is.
"""

import fcntl
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO

from billing.backups.errors import BackupDamaged, BackupNotPossible
from billing.backups.manifest import Collected, Manifest, Part, parse_manifest

MANIFEST = "manifest.json"
_SUM = "manifest.json.sha256"


class Writer:
    """Puts parts into a file that has its final name only once it is whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT)  # noqa: SIM115

    def add(self, name: str, content: bytes) -> Part:
        """A member of the tar."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, BytesIO(content))
        return Part(name, len(content), sha256(content).hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, after which nothing comes."""
        part = self.add(MANIFEST, manifest.dump())
        self.add(_SUM, f"{part.sha256}  {MANIFEST}\n".encode())
        self._tar.close()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a new file at `path`; when this fails, or is killed, there is none.

    Raises BackupNotPossible when there is one, and OSError.
    """
    if path.exists():
        raise BackupNotPossible(f"{path} is there already; it is not overwritten.")
    draft = path.with_name(f"{path.name}.part")
    with _drafted(draft) as file:
        yield Writer(file)
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # fails where a name is taken, which a rename would not
        except FileExistsError:
            message = f"{path} came to be meanwhile; it is not overwritten."
            raise BackupNotPossible(message) from None
    _sync(path.parent)


@contextmanager
def _drafted(draft: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, gone in the end; what a killed process left is written over."""
    with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupNotPossible(f"Another backup is writing {draft}.") from None
        try:
            file.truncate(0)
            yield file
        finally:
            with suppress(OSError):
                draft.unlink()


def _sync(directory: Path) -> None:
    """Let the name outlive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """Reads what Writer wrote. Everything raises BackupDamaged, naming what is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        try:
            self._tar = tarfile.open(fileobj=self._file, mode="r:")  # noqa: SIM115
            self._members = {member.name: member for member in self._tar}
            self.manifest = self._manifest()
        except tarfile.TarError as error:
            self.close()
            raise BackupDamaged(f"{path} is no backup, or is damaged: {error}.") from error
        except BackupDamaged:
            self.close()
            raise

    def close(self) -> None:
        self._file.close()

    def verify(self) -> Iterator[int]:
        """Compare every part with its checksum; yields the bytes that each had."""
        for name, collected in self.manifest.collections.items():
            for part in collected.parts:
                self.read(name, collected, part)
                yield part.bytes

    def read(self, collection: str, collected: Collected, part: Part) -> bytes:
        """A part as it was put in."""
        content = self._content(part.name)
        if content is None or sha256(content).hexdigest() != part.sha256:
            number = collected.parts.index(part) + 1
            state = "missing or cut off" if content is None else "damaged"
            raise BackupDamaged(
                f"The collection {collection} is {state} in {self.path}: part {number} of "
                f"{len(collected.parts)} ({part.name}). Nothing was changed."
            )
        return content

    def _manifest(self) -> Manifest:
        text, told = self._content(MANIFEST), self._content(_SUM)
        if text is None or told is None:
            raise BackupDamaged(f"{self.path} is not whole: its manifest is missing.")
        if sha256(text).hexdigest() != told.decode("ascii", "replace").partition(" ")[0]:
            raise BackupDamaged(f"{MANIFEST} is damaged in {self.path}.")
        return parse_manifest(text)

    def _content(self, name: str) -> bytes | None:
        member = self._members.get(name)
        file = self._tar.extractfile(member) if member else None
        if member is None or file is None:
            return None
        try:
            content = file.read()
        except tarfile.TarError:
            return None
        return content if len(content) == member.size else None
