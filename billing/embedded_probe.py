"""Looking at ports and processes: whose mongod is this, is that port free?"""

import os
import random
import socket
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError


def client(port: int) -> MongoClient[dict[str, object]]:
    return MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=1000, connect=False
    )


def data_behind(port: int) -> str | None:
    """The data directory of the mongod on `port`, or None when none answers there."""
    try:
        with client(port) as connection:
            parsed = connection.admin.command("getCmdLineOpts")["parsed"]
    except PyMongoError:
        return None
    return str(parsed.get("storage", {}).get("dbPath"))


def is_mongod_of(pid: int, data: Path) -> bool:
    """Whether `pid` lives and is the server of `data`; process ids are used again by others."""
    try:
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another user's process; mongod itself will say so when the data are in use
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # no /proc on this system: trust the lock file
    return os.fsencode(data) in command


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def free_port() -> int:
    """A free port below the range that systems hand out to outgoing connections."""
    while not is_free(port := random.randrange(20_000, 32_000)):  # noqa: S311 -- no secret
        pass
    return port


def is_gone(pid: int) -> bool:
    """Whether `pid` has ended and let go of its files and ports, reaped by its parent or not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except OSError:
        return Path("/proc/self").exists()  # without /proc the signal's answer is all we have
    return state in "ZX"
