"""A replica set whose members know each other by a key file, and the users in it: made once.

MongoDB lets whoever asks from the member's own machine do that as long as there is no user (its
"localhost exception"), so this runs beside a member, in the network of its container.
"""

import time
from collections.abc import Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

Client = MongoClient[dict[str, Any]]

ADMIN = "admin"
_SECONDS = 120.0
_REFUSED = {13, 18}  # nobody is signed in, or as nobody who is known
_ROLES = ("dbOwner", "duebill"), ("clusterMonitor", "admin")


class ReplicaSetTrouble(Exception):
    """The set cannot be made; the text is one line for a person."""


def initiate_replica_set(
    members: Sequence[str], *, admin_password: str, user: str, password: str, port: int = 27017
) -> bool:
    """Make a set of `members` (host:port, the first one being the member on this machine) and its
    users: ADMIN, and `user`, who owns the database duebill. False where all that is there already.

    Raises ReplicaSetTrouble.
    """
    end = time.monotonic() + _SECONDS
    while True:
        try:
            return _step(members, admin_password, (user, password), port)
        except (PyMongoError, _NotYet) as error:
            if time.monotonic() > end:
                raise ReplicaSetTrouble(f"the replica set cannot be made: {error}.") from None
            time.sleep(0.2)


class _NotYet(Exception):
    """A member is still on its way to become primary."""


def _step(members: Sequence[str], admin_password: str, user: tuple[str, str], port: int) -> bool:
    """One look and what it calls for."""
    if _signs_in(user, port):
        with _connect(port, user) as known:
            _require_election(known)
        return False
    with _connect(port) as nobody:
        _initiate(nobody, members)
        _require_primary(nobody)
        if not _signs_in((ADMIN, admin_password), port):
            nobody.admin.command("createUser", ADMIN, pwd=admin_password, roles=["root"])
    with _connect(port, (ADMIN, admin_password)) as admin:
        roles = [{"role": role, "db": of} for role, of in _ROLES]
        admin.admin.command("createUser", user[0], pwd=user[1], roles=roles)
    return True


def _connect(port: int, user: tuple[str, str] = ("", "")) -> Client:
    who: dict[str, Any] = {"directConnection": True, "serverSelectionTimeoutMS": 5000}
    if user[0]:
        who |= {"username": user[0], "password": user[1], "authSource": "admin"}
    return Client("127.0.0.1", port, **who)


def _signs_in(user: tuple[str, str], port: int) -> bool:
    with _connect(port, user) as client:
        try:
            client.admin.command("ping")
        except OperationFailure as error:
            if error.code in _REFUSED:
                return False
            raise
    return True


def _initiate(client: Client, members: Sequence[str]) -> None:
    """The first member is preferred, so that it becomes primary and takes the users."""
    told = [
        {"_id": number, "host": host, "priority": 1 if number else 2}
        for number, host in enumerate(members)
    ]
    config = {"_id": "rs0", "members": told, "settings": {"electionTimeoutMillis": 2000}}
    if client.admin.command("hello").get("setName"):
        return
    client.admin.command("replSetInitiate", config)


def _require_election(client: Client) -> None:
    """Whoever comes next finds somebody who takes writes: members that were all down elect anew."""
    if not client.admin.command("hello").get("primary"):
        raise _NotYet("no member is primary")


def _require_primary(client: Client) -> None:
    if not client.admin.command("hello").get("isWritablePrimary"):
        raise _NotYet("this member is not its primary")
