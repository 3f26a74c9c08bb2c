"""Make a lone mongod the primary of a replica set of one, which transactions need."""

import time

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from billing.embedded_binary import EmbeddedMongoError

_SECONDS = 60.0
_NOT_YET_INITIALIZED = 94
_INVALID_CONFIG = 93  # the set knows this server under the port it had before

Client = MongoClient[dict[str, object]]


def become_primary(port: int) -> None:
    """Initiate the set, or move it to `port`, and wait until the server takes writes.

    A server that changes its state drops its connections and may refuse a command it takes a
    moment later, so each look starts afresh until the time is up.
    """
    end = time.monotonic() + _SECONDS
    with Client("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=5000) as client:
        while problem := _step(client, f"127.0.0.1:{port}"):
            if time.monotonic() > end:
                raise EmbeddedMongoError(f"the embedded MongoDB cannot be set up: {problem}.")
            time.sleep(0.02)


def _step(client: Client, host: str) -> str:
    """One look and what it calls for; what is still in the way, or an empty string."""
    try:
        _configure(client, host)
        writable = client.admin.command("hello").get("isWritablePrimary")
        return "" if writable else "it does not become primary"
    except PyMongoError as error:
        return str(error)


def _configure(client: Client, host: str) -> None:
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code == _NOT_YET_INITIALIZED:
            members = [{"_id": 0, "host": host}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        elif error.code == _INVALID_CONFIG:
            _move(client, host)
        else:
            raise


def _move(client: Client, host: str) -> None:
    """Nobody else votes in this set, so forcing the new address through is safe."""
    config = client.local["system.replset"].find_one()
    if config is None:
        raise EmbeddedMongoError("the embedded MongoDB has lost its replica set configuration.")
    members = [{"_id": 0, "host": host}]
    changed = config | {"members": members, "version": int(str(config["version"])) + 1}
    client.admin.command("replSetReconfig", changed, force=True)
